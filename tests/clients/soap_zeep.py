"""Calls the emulated waste contractor with zeep and validates envelopes against its WSDL.

    python soap_zeep.py WSDL_URL [FILE ...]

WSDL_URL is the contractor's address with ?wsdl; SOAP_WSDL in the environment otherwise, and the
first address that a server printed (THROUGHLINE_URL) when that is not given either. Each FILE
holds envelopes: one whole document, or lines of a log in which an envelope follows `<` or `>`;
SOAP_ENVELOPES names further ones, parted by colons. A login for the service may stand in SOAP_LOGIN
as name:password. Exits with 1 when anything is not as it should be.
"""

import datetime
import os
import re
import sys
import uuid

import requests
import zeep
from lxml import etree
from zeep.plugins import HistoryPlugin

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
UPRN = os.environ.get("SOAP_UPRN", "200000000001")


def check(truth, sentence):
    if not truth:
        sys.exit(f"not so: {sentence}")
    print(f"ok  {sentence}")


def faulted(call, code):
    """Whether a call is answered by a fault of this code."""
    try:
        call()
    except zeep.exceptions.Fault as fault:
        return fault.code.rsplit(":", 1)[-1] == code
    return False


def body(answer):
    """The body of an answer, whether or not it came with a header."""
    return getattr(answer, "body", answer)


def session():
    """HTTP with the login, if one is given."""
    http = requests.Session()
    login = os.environ.get("SOAP_LOGIN", "")
    if login:
        http.auth = tuple(login.split(":", 1))
    return http


def schema_of(wsdl):
    """The schema of the WSDL's types, and its namespace."""
    found = etree.fromstring(wsdl).find(f".//{{{SCHEMA}}}schema")
    namespace = found.get("targetNamespace")
    return etree.XMLSchema(etree.fromstring(etree.tostring(found))), namespace


def envelopes(path):
    """The envelopes of a file."""
    with open(path, "rb") as file:
        content = file.read()
    if content.lstrip().startswith(b"<?xml") or content.lstrip().startswith(b"<s"):
        return [etree.fromstring(content)]
    lines = content.splitlines()
    found = (re.match(rb"[<>] (<\?xml.*|<\w*:?Envelope.*)", line) for line in lines)
    return [etree.fromstring(match.group(1)) for match in found if match]


def validate(schema, envelope):
    """Asserts each part of an envelope that the contractor defines; how many there were."""
    parts = 0
    for name in ("Header", "Body"):
        place = envelope.find(f"{{{ENVELOPE}}}{name}")
        for part in place if place is not None else ():
            if part.tag == f"{{{ENVELOPE}}}Fault":
                continue
            schema.assertValid(etree.fromstring(etree.tostring(part)))
            parts += 1
    return parts


def main():
    words = sys.argv[1:]
    served = os.environ.get("THROUGHLINE_URL", "")
    served = served and f"{served.rstrip('/')}/?wsdl"
    url = words[0] if words else os.environ.get("SOAP_WSDL", served)
    if not url:
        sys.exit(__doc__)
    files = words[1:] + [name for name in os.environ.get("SOAP_ENVELOPES", "").split(":") if name]
    http, history = session(), HistoryPlugin(maxlen=50)
    transport = zeep.transports.Transport(session=http)
    client = zeep.Client(
        url, plugins=[history], transport=transport, settings=zeep.Settings(strict=True)
    )
    check(client.wsdl.services, "zeep loads the WSDL")
    schema, namespace = schema_of(http.get(url, timeout=20).content)

    reference = f"ZEEP-{uuid.uuid4().hex[:8].upper()}"
    missed = datetime.date.today() - datetime.timedelta(days=1)
    job = {"ourReference": reference, "uprn": UPRN, "binType": "refuse", "missedOn": missed}
    header = {"header": f"m-{reference}"}
    made = body(client.service.CreateJob(**job, notes="a < b & ü", _soapheaders=header))
    check(made.jobNumber, f"a job is made: {made.jobNumber}")
    found = body(client.service.GetJobByReference(reference))
    check(str(found.jobNumber) == str(made.jobNumber), "it is found by our reference")
    check(body(client.service.GetJobStatus(made.jobNumber)), "its status is read")
    check(body(client.service.GetReturnByReference("none")) is not None, "no return is known")
    check(
        faulted(lambda: client.service.ReopenJob(made.jobNumber, "r", "still full"), "Client"),
        "a job that is not finished is not taken back",
    )
    parts = sum(
        validate(schema, entry["envelope"])
        for entry in history._buffer
        for entry in entry.values()
        if entry
    )
    check(parts >= 8, f"{parts} parts of zeep's own exchanges are valid")

    wrong = {**job, "ourReference": f"{reference}-2", "uprn": "abc"}
    check(faulted(lambda: client.service.CreateJob(**wrong), "Client"), "a wrong property is a fault")
    unlike = etree.fromstring(f'<CreateJob xmlns="{namespace}"><uprn>1</uprn></CreateJob>')
    check(not schema.validate(unlike), "the schema refuses what is not valid")
    for path in files:
        parts = sum(validate(schema, envelope) for envelope in envelopes(path))
        check(parts > 0, f"{parts} parts of our envelopes in {path} are valid")
    print("zeep loads the WSDL, calls it, and the envelopes are valid")


main()
