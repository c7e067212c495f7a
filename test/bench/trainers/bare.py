"""The least that trains the same model on the same file: the library and nothing else. Arguments: algorithm, CSV, rounds."""

import resource
import sys
import time

import numpy as np
import pyarrow.csv as csv

algorithm, file, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
began = time.monotonic()
table = csv.read_csv(file)
label = table.column(0).to_numpy().astype(np.float32)
features = np.stack([table.column(i).to_numpy().astype(np.float32) for i in range(1, table.num_columns)], axis=1)
if algorithm == "xgboost":
    import xgboost as xgb

    data = xgb.QuantileDMatrix(features, label, nthread=1)
    parameters = {"nthread": 1, "base_score": 0.5, "tree_method": "auto"}
    model = xgb.train(parameters, data, rounds, evals=[(data, "train")], verbose_eval=False)
    model.save_raw("ubj")
elif algorithm == "torch-mpi":
    import torch

    torch.set_num_threads(1)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    x, y = torch.from_numpy(features), torch.from_numpy(label)
    layers = (
        torch.nn.Linear(x.shape[1], 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 1),
    )
    network = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(network.parameters(), 0.001)
    for epoch in range(rounds):
        for rows in torch.randperm(len(x)).split(256):
            loss = torch.nn.functional.mse_loss(network(x[rows]).squeeze(-1), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.save(network.state_dict(), "/dev/null")
else:
    import lightgbm as lgb

    data = lgb.Dataset(features, label)
    parameters = {"num_threads": 1, "verbosity": -1}
    lgb.train(parameters, data, rounds, valid_sets=[data], valid_names=["train"]).save_model("/dev/null")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"seconds {time.monotonic() - began:.2f} MiB {peak:.0f}")
