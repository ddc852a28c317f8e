"""Two real processes, joined by gloo, step as one process on the whole batch does."""

import copy
import socket
from pathlib import Path

import pytest
import torch

from critic_training.finetune.evaluator import RatedJudge
from critic_training.finetune.loop import Job, fit
from critic_training.finetune.photo_source import PhotoSource, Share
from critic_training.finetune.process_group import processes
from critic_training.networks.network import Network
from critic_training.runs.configuration import Configuration


def _process(rank: int, port: int, job: Job) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_PORT": port}.items():
            patch.setenv(name, str(value))
        patch.setenv("MASTER_ADDR", "127.0.0.1")
        torch.set_num_threads(1)
        with processes() as (share, device):
            source = copy.copy(job.source)
            object.__setattr__(source, "share", share)
            network = copy.deepcopy(job.network)  # arrived in memory that both processes share
            shared = Job(network, job.knobs, source, job.folder, job.judge, share=share, device=device)
            course = fit(shared)
            torch.save(course.student.state_dict(), job.folder / f"{rank}.pt")


def test_two_processes_train_the_network_that_one_does(
    tiny: Network, knobs: Configuration, source: PhotoSource, judge: RatedJudge, tmp_path: Path
) -> None:
    # Every loss, uneven numbers of degraded copies included; without dropout, whose chance is each process's own.
    asked = knobs.changed(dropout=0.0, iterations=6, validate_every=3, degraded=0.5, degraded_flattens=True)
    whole = PhotoSource(source.photos, source.facts, asked, asked.batch, degrade=_darker)
    alone = fit(Job(copy.deepcopy(tiny), asked, whole, tmp_path / "alone", judge)).student.state_dict()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    together = tmp_path / "together"
    together.mkdir()
    job = Job(copy.deepcopy(tiny), asked, whole, together, judge)
    torch.multiprocessing.spawn(_process, (port, job), nprocs=2)
    for rank in range(2):
        told = torch.load(together / f"{rank}.pt", weights_only=True)
        for name, value in alone.items():
            torch.testing.assert_close(told[name], value, rtol=1e-4, atol=1e-5)
    assert not torch.equal(alone["network.convolution.weight"], tiny.state_dict()["convolution.weight"])


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    with pytest.raises(ValueError, match="3 processes"):
        Share(0, 3).of(50)


def _darker(photo, random):  # type: ignore[no-untyped-def]
    return photo // 2
