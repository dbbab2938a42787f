"""Lists, reads, posts and follows a service request by Open311 with civicbot 0.4.0.

    python open311_civicbot.py BASE_URL API_KEY SERVICE_CODE ADDRESS_ID [ATTRIBUTE=VALUE ...]

BASE_URL ends with /open311/v2. What is not given as an argument is taken from OPEN311_URL,
OPEN311_KEY, OPEN311_SERVICE, OPEN311_ADDRESS_ID and OPEN311_ATTRIBUTES ("a=1 b=2"). An attribute
that is not given gets the first value of its list, yesterday or 1. What is still missing is read
from what a server printed, in the file that THROUGHLINE_SERVED names, as one line like
"Open311: http://localhost:8095/millbrook/open311/v2 key K service S address A". Exits with 1 when
anything is not as it should be. OPEN311_UNTIL=closed waits until the request is closed, two minutes
at most.
"""

import datetime
import json
import os
import re
import sys
import time
import urllib.request

from civicbot.http import HttpError, HttpTransport, RateLimiter
from civicbot.open311 import Open311Client, ValidationError
from civicbot.registry import Endpoint

WAIT_SECONDS = 120
NAMES = ["OPEN311_URL", "OPEN311_KEY", "OPEN311_SERVICE", "OPEN311_ADDRESS_ID"]


def printed():
    """The four settings as a server printed them, waited for while it replays its morning."""
    path = os.environ.get("THROUGHLINE_SERVED", "")
    if not path:
        return ["", "", "", ""]
    line = re.compile(r"Open311: (\S+/open311/v2) key (\S+) service (\S+) address (\S+)")
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with open(path, encoding="utf-8") as file:
            found = line.search(file.read())
        if found:
            return list(found.groups())
        if time.monotonic() > deadline:
            return ["", "", "", ""]
        time.sleep(0.2)


def given():
    """The settings and attributes: from arguments, else the environment, else what was printed."""
    words = sys.argv[1:]
    settings = [
        words[index] if index < len(words) else os.environ.get(name) or served
        for index, (name, served) in enumerate(zip(NAMES, printed()))
    ]
    for name, value in zip(NAMES, settings):
        if not value:
            sys.exit(f"{name} is not given\n\n{__doc__}")
    pairs = words[4:] or os.environ.get("OPEN311_ATTRIBUTES", "").split()
    return settings, dict(pair.split("=", 1) for pair in pairs)


def check(truth, sentence):
    if not truth:
        sys.exit(f"not so: {sentence}")
    print(f"ok  {sentence}")


def today(base_url):
    """The day of the newest request: a demonstration's clock is not this computer's."""
    with urllib.request.urlopen(f"{base_url.rstrip('/')}/requests.json", timeout=20) as answer:
        days = [request["requested_datetime"][:10] for request in json.load(answer)]
    return datetime.date.fromisoformat(max(days)) if days else datetime.date.today()


def value_of(attribute, day):
    """A value that the attribute's datatype allows; of a date, the day before `day`."""
    datatype = attribute["datatype"]
    if datatype == "singlevaluelist":
        return attribute["values"][0]["key"]
    if datatype == "multivaluelist":
        return [attribute["values"][0]["key"]]
    if datatype == "datetime":
        return str(day - datetime.timedelta(days=1))
    return "1"


def refused(status, call):
    try:
        call()
    except HttpError as error:
        errors = json.loads(error.body)
        shape = all(str(entry["code"]) and entry["description"] for entry in errors)
        return error.status == status and shape
    return False


def discovered(base_url):
    """The endpoint that service discovery names is the one that was given."""
    root = base_url.rstrip("/").rsplit("/", 1)[0]
    with urllib.request.urlopen(f"{root}/discovery.json", timeout=20) as answer:
        endpoints = json.load(answer)["endpoints"]
    formats = {kind for endpoint in endpoints for kind in endpoint["formats"]}
    return formats == {"text/xml", "application/json"}


def follow(client, request_id):
    """The request, read again until it stands where it is waited for."""
    until = os.environ.get("OPEN311_UNTIL", "")
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        request = client.get_request(request_id)
        if not until or request["status"] == until or time.monotonic() > deadline:
            return request
        time.sleep(1)


def main():
    (base_url, key, code, address), attributes = given()
    transport = HttpTransport(rate_limiter=RateLimiter(min_interval=0.0))
    endpoint = Endpoint("here", "Throughline", base_url, write=True)
    client = Open311Client(endpoint, transport)

    check(discovered(base_url), "discovery names both formats")
    services = client.list_services()
    service = next((each for each in services if each["service_code"] == code), None)
    check(service is not None, f"{code} is listed among {len(services)} services")
    check(service["type"] == "realtime", "it is realtime")
    definition = client.get_service_definition(code)
    check(definition["service_code"] == code, "its definition is read")
    required = [each for each in definition["attributes"] if each["required"]]
    day = today(base_url)
    for attribute in required:
        attributes.setdefault(attribute["code"], value_of(attribute, day))

    def send(api_key, **more):
        call = {"address_id": address, "attributes": attributes, "api_key": api_key, **more}
        return client.create_request(
            code, dry_run=False, confirm="SEND", validate_remote=True, **call
        ).response

    check(refused(403, lambda: send("not-a-key")), "a wrong key is answered 403")
    check(refused(400, lambda: send(key, address_id="0")), "a wrong address is answered 400")
    if required:
        try:
            client.build_request(code, address_id=address, definition=definition)
            sys.exit("not so: the client checks required attributes from our definition")
        except ValidationError as error:
            check(len(error.problems) == len(required), "the client knows what is required")
    answer = send(key, email="resident@example.org", description="Behind the gate: é & <b>")
    request_id = answer[0]["service_request_id"]
    check(isinstance(request_id, str) and request_id, "a request is posted and has an id")
    check(answer[0]["service_notice"], f"its notice: {answer[0]['service_notice']}")

    request = follow(client, request_id)
    check(request["service_request_id"] == request_id, "it is read again by its id")
    check(request["service_code"] == code, "it is of its service")
    wanted = os.environ.get("OPEN311_UNTIL") or request["status"]
    check(request["status"] == wanted and wanted in ("open", "closed"), f"it is {wanted}")
    check("gate" not in json.dumps(request), "what a person said is not shown to everybody")
    ids = [each["service_request_id"] for each in client.list_requests(service_code=code)]
    check(request_id in ids, f"it is among the {len(ids)} requests of its service")
    named = client.list_requests(service_request_ids=[request_id])
    check([each["service_request_id"] for each in named] == [request_id], "it is listed by its id")
    token = client.get_token(request_id)
    check(token[0]["service_request_id"] == request_id, "its token leads to it")
    check(refused(404, lambda: client.get_request("nothing")), "an unknown id is answered 404")
    print("civicbot lists, reads, posts and follows")


main()
