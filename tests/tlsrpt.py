"""tlsrpt.py: reads reports of RFC 8460 §4, one JSON text a line, and prints what they say, or ends in error where one is none.

A line for each report, each policy in it, and each failure.
"""
import json
import re
import sys

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
COUNT, LIST = 0, []
RESULTS = """starttls-not-supported certificate-host-mismatch certificate-expired certificate-not-trusted validation-failure
    tlsa-invalid dnssec-invalid dane-required sts-policy-fetch-error sts-policy-invalid sts-webpki-invalid""".split()

# name: a pattern of its value, or its kind; a name that begins with ? may be missing
REPORT = {"organization-name": r".+", "date-range": {"start-datetime": STAMP, "end-datetime": STAMP}, "contact-info": r"\S+@\S+",
          "report-id": r"\S+", "policies": LIST}
POLICY = {"policy": {"policy-type": "tlsa|sts|no-policy-found", "?policy-string": LIST, "policy-domain": r"\S+", "?mx-host": LIST},
          "summary": {"total-successful-session-count": COUNT, "total-failure-session-count": COUNT}, "?failure-details": LIST}
FAILURE = {"result-type": "|".join(RESULTS), "?sending-mta-ip": r"[0-9a-f.:]+", "?receiving-mx-hostname": r"\S+",
           "?receiving-ip": r"[0-9a-f.:]+", "failed-session-count": COUNT, "?failure-reason-code": ".*"}


def check(value, schema):
    if isinstance(schema, dict):
        assert isinstance(value, dict), value
        assert not set(value) - {name.lstrip("?") for name in schema}, value
        for name, inner in schema.items():
            if name.lstrip("?") in value or not name.startswith("?"):
                check(value[name.lstrip("?")], inner)
    elif isinstance(schema, str):
        assert isinstance(value, str) and re.fullmatch(schema, value), value
    else:
        assert type(value) is type(schema), value


for line in sys.stdin:
    report = json.loads(line)
    check(report, REPORT)
    print(report["date-range"]["start-datetime"], report["date-range"]["end-datetime"], report["report-id"], report["contact-info"])
    for part in report["policies"]:
        check(part, POLICY)
        policy, summary, failures = part["policy"], part["summary"], part.get("failure-details", [])
        print(policy["policy-domain"], policy["policy-type"], policy.get("policy-string", ""), policy.get("mx-host", ""), *summary.values())
        for failure in failures:
            check(failure, FAILURE)
            print(policy["policy-domain"], *(f"{name}={value}" for name, value in failure.items()))
        assert sum(failure["failed-session-count"] for failure in failures) == summary["total-failure-session-count"]
