"""spu (SecretFlow): PSI by RR22 in two processes, CSV in and CSV out, as its own examples start it; both learn.

`spu_rr22.py RANK PORT,PORT TABLE OUT as-documented|fastest`. The ports are those of party 0 and party 1. Fastest: it is
told that no key comes twice and that rows need not come out in one order for both.
"""

import sys

from told import Clock

clock = Clock()

import spu.libspu.link as link
import spu.psi as psi

clock.imported()

rank, ports, table, out, way = sys.argv[1:]
wanted = link.Desc()
wanted.id = "privshare-bench"
wanted.recv_timeout_ms = 600_000
wanted.connect_retry_times = 600
wanted.connect_retry_interval_ms = 100
for number, port in enumerate(ports.split(",")):
    wanted.add_party(f"party-{number}", f"127.0.0.1:{port}")
joined = link.create_brpc(wanted, int(rank))
clock.ready()
report = psi.psi_execute(
    psi.PsiExecuteConfig(
        protocol_conf=psi.PsiProtocolConfig(
            protocol=psi.PsiProtocol.PROTOCOL_RR22, receiver_rank=0, broadcast_result=True
        ),
        input_params=psi.InputParams(path=table, selected_keys=["id"], keys_unique=way == "fastest"),
        output_params=psi.OutputParams(path=out, disable_alignment=way == "fastest"),
    ),
    joined,
)
joined.stop_link()
clock.done(("spu", "numpy"), matches=report.intersection_count)
