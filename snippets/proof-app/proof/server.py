"""The SuperLink's part: sends a weight to all SuperNodes and averages their replies, three times."""

import time

import numpy as np
from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

app = ServerApp()


class Incomplete(Exception):
    """A SuperNode did not take part. Not a RuntimeError, because Flower catches those for another purpose."""


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    wanted = [int(text) for text in str(config["nodes"]).split(",") if text]
    patience = float(config["patience"])
    wait_for(grid, wanted, patience)
    weight = np.zeros(4)
    for number in range(1, int(config["rounds"]) + 1):
        messages = [
            Message(
                content=RecordDict({"weight": ArrayRecord([weight])}),
                message_type="train",
                dst_node_id=node,
                group_id=str(number),
            )
            for node in wanted
        ]
        replies = list(grid.send_and_receive(messages, timeout=patience))
        failed = [reply for reply in replies if reply.has_error()]
        if failed:
            raise Incomplete(f"round {number}: {failed[0].error.reason}")
        if len(replies) < len(wanted):
            raise Incomplete(f"round {number}: {len(replies)} of {len(wanted)} SuperNodes answered")
        weight = np.mean([reply.content["weight"].to_numpy_ndarrays()[0] for reply in replies], axis=0)
        print(f"round {number}: {len(replies)} of {len(wanted)} SuperNodes, mean {weight.mean():.3f}", flush=True)


def wait_for(grid: Grid, wanted: list[int], patience: float) -> None:
    """Polls until all SuperNodes are online, because Flower has no way to wait for them."""
    end = time.monotonic() + patience
    while missing := set(wanted) - set(grid.get_node_ids()):
        if time.monotonic() > end:
            raise Incomplete(f"not online after {patience:.0f} s: {sorted(missing)}")
        time.sleep(1)
