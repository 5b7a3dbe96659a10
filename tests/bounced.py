#!/usr/bin/python3
# What flufl.bounce, no relative of ours, makes of bounces in files: `name TAB recipient TAB action` lines.
import email, os, sys
from flufl.bounce import all_failures

for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        delayed, failed = all_failures(email.message_from_binary_file(file))
    for action, recipients in ('delayed', delayed), ('failed', failed):
        for recipient in sorted(recipients):
            print(os.path.basename(path), recipient.decode('latin-1').lower(), action, sep='\t')
