"""Two real processes, joined by gloo, take the steps of one process with the whole batch."""

import copy
import socket
from pathlib import Path

import pytest
import torch

from critic_training.finetune.evaluator import RatingEvaluator
from critic_training.finetune.loop import TrainingJob, fit
from critic_training.finetune.photo_source import PhotoSource
from critic_training.finetune.process_group import ProcessGroupRank, process_group
from critic_training.networks.network import Network
from critic_training.runs.configuration import Configuration


def _process(rank: int, port: int, job: TrainingJob) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_PORT": port}.items():
            patch.setenv(name, str(value))
        patch.setenv("MASTER_ADDR", "127.0.0.1")
        torch.set_num_threads(1)
        with process_group() as (process, device):
            source = copy.copy(job.source)
            object.__setattr__(source, "process", process)
            network = copy.deepcopy(job.network)  # its memory is shared by both processes
            parallel = TrainingJob(
                network, job.config, source, job.folder, job.evaluator, process=process, device=device
            )
            state = fit(parallel)
            torch.save(state.student.state_dict(), job.folder / f"{rank}.pt")


def test_two_processes_train_the_network_of_one_process(
    tiny: Network, config: Configuration, source: PhotoSource, evaluator: RatingEvaluator, tmp_path: Path
) -> None:
    # Every loss, uneven numbers of degraded copies included; without dropout, whose seed is the process's.
    config = config.replace(dropout=0.0, iterations=6, validate_every=3, degraded=0.5, degraded_as_negatives=True)
    whole = PhotoSource(source.photos, source.annotations, config, config.batch_size, degrade=_darker)
    alone = fit(TrainingJob(copy.deepcopy(tiny), config, whole, tmp_path / "alone", evaluator)).student.state_dict()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    together = tmp_path / "together"
    together.mkdir()
    job = TrainingJob(copy.deepcopy(tiny), config, whole, together, evaluator)
    torch.multiprocessing.spawn(_process, (port, job), nprocs=2)
    for rank in range(2):
        state = torch.load(together / f"{rank}.pt", weights_only=True)
        for name, value in alone.items():
            torch.testing.assert_close(state[name], value, rtol=1e-4, atol=1e-5)
    assert not torch.equal(alone["network.convolution.weight"], tiny.state_dict()["convolution.weight"])


def test_a_batch_that_cannot_be_divided_evenly_is_rejected() -> None:
    with pytest.raises(ValueError, match="3 processes"):
        ProcessGroupRank(0, 3).batch_positions(50)


def _darker(photo, random):  # type: ignore[no-untyped-def]
    return photo // 2
