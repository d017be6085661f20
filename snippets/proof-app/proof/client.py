"""The SuperNode's part: moves the weight half way to its own numbers, which never leave it."""

import numpy as np
from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    weight = message.content["weight"].to_numpy_ndarrays()[0]
    own = np.random.default_rng(context.node_id).normal(1.0, 0.1, weight.shape)
    moved = weight + 0.5 * (own - weight)
    return Message(content=RecordDict({"weight": ArrayRecord([moved])}), reply_to=message)
