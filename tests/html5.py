#!/usr/bin/python3
"""html5.py FILE...: says what an HTML5 parser finds wrong with each."""
import sys

import html5lib

status = 0
for name in sys.argv[1:]:
    parser = html5lib.HTMLParser(strict=False)
    with open(name, 'rb') as page:
        parser.parse(page)
    for position, error, data in parser.errors:
        print(f'{name}: {position}: {error} {data}')
        status = 1
sys.exit(status)
