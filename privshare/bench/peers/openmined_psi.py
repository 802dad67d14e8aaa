"""openmined-psi: ECDH on P-256, exact (raw) sets, client and server in one process; the client learns the members.

`openmined_psi.py CLIENT_TABLE SERVER_TABLE OUT`. Messages are serialised and read back, as if they had been sent.
"""

import csv
import sys
from pathlib import Path

from told import Clock

clock = Clock()

import private_set_intersection.python as psi

clock.imported()

client_table, server_table, out = map(Path, sys.argv[1:])


def ids(table: Path) -> list[str]:
    """Return the key of every row."""
    with table.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


mine, theirs = ids(client_table), ids(server_table)
client, server = psi.client.CreateWithNewKey(True), psi.server.CreateWithNewKey(True)
setup = server.CreateSetupMessage(1e-9, len(mine), theirs, psi.DataStructure.RAW).SerializeToString()
request = client.CreateRequest(mine).SerializeToString()
asked, known = psi.Request(), psi.ServerSetup()
asked.ParseFromString(request)
known.ParseFromString(setup)
response = server.ProcessRequest(asked).SerializeToString()
answer = psi.Response()
answer.ParseFromString(response)
found = client.GetIntersection(known, answer)
with out.open("w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([["id"], *([mine[place]] for place in found)])
clock.done(("openmined-psi",), bytes=len(setup) + len(request) + len(response))
