#!/usr/bin/python3
# What Python's email package, no relative of ours, makes of a report on standard input: one fact a line.
import email, email.policy, sys

m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
for name in 'From', 'To', 'Subject', 'Auto-Submitted', 'In-Reply-To':
    print(f'{name}: {m[name]}')
print('type', m.get_content_type(), m.get_param('report-type'))
parts = m.get_payload()
print('parts', *(p.get_content_type() for p in parts))
print('defects', m.defects + [d for p in m.walk() for d in p.defects])
print('text', ' '.join(parts[0].get_content().split()))
if parts[1].get_content_type() == 'message/delivery-status':
    blocks = parts[1].get_payload()
else:   # RFC 6533's is unknown to it
    text = parts[1].get_payload(0).as_bytes().decode()
    blocks = [email.message_from_string(b) for b in text.split('\n\n')]
for i, block in enumerate(blocks):
    for name, value in block.items():
        print(f'{i} {name}: {value}')
last = parts[2]
body = last.get_payload(0).as_bytes() if last.is_multipart() else last.get_payload(decode=True)
print('enclosed', repr(body))
