"""Proofs as they are told: each requirement once, with the proof that explains it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from conformance.confirming.findings import Proof
from conformance.judging.causes import Causes


@dataclass(frozen=True, slots=True)
class Found:
    """A proof, and the requirements of which the replays say that it may follow from them."""

    proof: Proof
    behind: frozenset[str] = frozenset()


class Telling:
    """The ``proofs`` so far, and the requirements of which nothing is left to be ``told``.

    ``on_proof`` is told of each proof, and again of one that turns out to explain more.
    """

    def __init__(
        self, causes: Causes, proofs: Iterable[Proof], told: Iterable[str], on_proof: Callable[[Proof], None]
    ) -> None:
        self.causes = causes
        self.proofs = list(proofs)
        self.told = set(told)
        self._on_proof = on_proof

    @property
    def explained(self) -> set[str]:
        """The requirements that the proofs name."""
        return {requirement for proof in self.proofs for requirement in proof.requirements}

    @property
    def following(self) -> dict[str, str]:
        """By what leads a proof the one that leads another, from which it follows by all that has been seen since.

        Proofs that are told while more is still played may turn out to have one cause.
        """
        leads = [proof.requirements[0] for proof in self.proofs]
        ordered = [each for each in self.causes.in_order() if each in leads]
        found: dict[str, str] = {}
        for place, cause in enumerate(ordered):
            after = set(ordered[place + 1 :]) & set(self.causes.explained_by(cause, ()))
            found |= {each: found.get(cause, cause) for each in after - found.keys()}
        return found

    def tell_covered(self, waiting: Iterable[str]) -> None:
        """Tell of what waits, but follows from several of the proofs together."""
        explained = self.explained
        for each in waiting:
            cause = self.causes.covered(each, explained)
            if cause is not None:
                self.told.add(each)
                self._explain(cause, (each,))

    def tell(self, requirement: str, found: Found | None) -> None:
        """Tell what proving a requirement came to; None: nothing."""
        if found is not None and requirement not in self.told:
            lead, *rest = found.proof.requirements
            proof = replace(found.proof, requirements=(lead, *(each for each in rest if each not in self.told)))
            self.told.update(proof.requirements)
            self._add(proof, found.behind)
        # Last, since what is shown through another one is among the rest itself.
        self.told.add(requirement)

    def _add(self, proof: Proof, behind: Collection[str]) -> None:
        """Add a proof, or what it proves to the one before it from which it follows."""
        # What was shown through another requirement may be led by one that is told already.
        possible = (proof.requirements[0], *sorted(behind, key=self.causes.rank))
        cause = next((each for each in possible if each in self.explained), None)
        if cause is not None:
            self._explain(cause, proof.requirements)
        else:
            self.proofs.append(proof)
            self._on_proof(proof)

    def _explain(self, cause: str, requirements: Sequence[str]) -> None:
        """Add requirements to the proof that tells of a cause."""
        place = next(n for n, proof in enumerate(self.proofs) if cause in proof.requirements)
        proof = self.proofs[place]
        more = [each for each in requirements if each not in proof.requirements]
        self.proofs[place] = replace(proof, requirements=(*proof.requirements, *more))
        self._on_proof(self.proofs[place])
