"""In which probe each fault shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.reference.faults.probes import (
    at_once,
    cancelling,
    circumstances,
    collections,
    engines,
    forms,
    interruptions,
    running,
    sending,
    values,
    waited,
    written,
)
from tests.reference.session import Session

Probe = Callable[[Session], Awaitable[object]]

# By probe: the faults that show in it.
SHOWN: dict[Probe, str] = {
    collections.answers: "hang-on-history hang-on-empty-event",
    running.tour: """
        empty-list-is-null terminated-as-text internal-field-leaks updated-before-created history-in-another-zone
        stages-before-instance name-dropped created-when-read times-cut-to-seconds embedded-without-stages
        run-touches-workflow run-without-its-workflow run-shown-terminated created-earlier-when-read
        terminated-without-time variables-in-first-stage-only long-variables-cut stages-count-from-one
        status-of-another-instance stages-overlap middle-stage-unlisted last-stage-skipped last-stage-left-open
        instance-ends-before-its-stage status-flickers termination-flickers end-told-anew listed-end-lost-again
        events-reach-first-stage-only stuck-after-event waiting-instance-unknown event-marks-terminated
        event-to-terminated-accepted terminated-cancelled-again history-reversed history-without-variables
        late-event-drops-connection
        waits-named-delays history-without-metadata history-lacks-last-of-many old-entries-vanish history-starts-drift
        stage-history-off-by-one open-stage-without-history any-stage-has-history coming-stage-has-history
        update-without-activity attempts-count-from-zero transaction-in-a-list booked-amounts-rounded accounts-swapped
        second-metadata-key-lost listed-end-differs listed-creation-rounded
        lists-without-running-instances-not-found history-gone-at-the-end transactions-shown-twice
    """,
    collections.configurations: """
        error-without-message crash-on-malformed-workflow name-trimmed send-metadata-dropped stages-beyond-eight-dropped
        amounts-as-floats amounts-of-64-bits missing-stages-accepted refused-workflow-stored
        unknown-kind-accepted second-key-ignored event-name-of-any-type ids-by-content
        huge-amounts-vanish equal-delays-are-one numbers-of-a-thousand-digits-refused keys-of-metadata-in-camel-case
    """,
    collections.collection: """
        second-of-a-pair-unreadable workflows-cut-at-100 last-workflow-twice stale-list-of-workflows
        deletions-leave-the-list-kept oldest-workflow-unlisted
        deleted-still-listed delete-takes-namesakes
        amounts-of-zero-are-one
    """,
    collections.deletion: """
        delete-swallowed deleted-still-readable deleted-still-runs refused-run-of-deleted-starts deletes-twice
        delete-takes-instances history-gone-with-workflow just-deleted-still-runs deletions-mark-what-has-ended
        running-list-tells-the-ended unknown-workflows-are-internal unknown-workflows-run-are-validation
    """,
    collections.strangers: """
        info-as-text errors-as-text error-code-of-its-own crash-on-large-stage-number crash-on-odd-event
        put-reads-a-workflow
        wrong-method-not-found version-flaps unknown-workflow-is-bad-request unknown-workflow-deleted
        unknown-workflow-run-is-bad-request event-to-nobody-accepted nobody-cancelled unknown-history-empty
        any-number-is-zero unknown-workflow-has-no-list numbers-read-by-their-beginning
        unknown-receivers-are-validation unknown-cancelled-are-validation unknown-histories-are-validation
        refusals-tell-more version-told-late two-mistakes-crash
    """,
    running.first_reads: "instance-unknown-at-first events-swallowed early-events-lost first-event-after-restart-lost",
    at_once.equal_waits: "waits-ending-together-share-an-answer",
    at_once.histories_of_siblings: "histories-read-at-once-swapped",
    at_once.equal_events: "equal-events-at-once-multiply",
    at_once.timer_beside_cancellation: "timers-beside-cancellations-revive",
    at_once.many_open: "five-open-at-a-time",
    running.several_runs: "instance-ids-reused second-instance-unlisted every-fifth-run-stuck",
    collections.embedding: "newest-workflow-embedded",
    waited.waiting_runs: """
        failed-instance-twice wait-ignored wait-answers-old-state wait-hides-error run-waits-unasked
        noop-after-delay-fails failed-stages-go-on failed-instance-without-error history-without-errors
        waited-answers-tell-another-end waited-answers-lack-stages
    """,
    waited.patient_runs: "wait-gives-up wait-gives-up-after-ten-seconds",
    waited.deleted_while_it_waits: "deletions-wait-for-instances",
    waited.left_runs: "leaving-clients-cancel left-instances-are-deaf",
    engines.equal_runs: "equal-runs-replace-one-another",
    engines.delays_until_one_moment: "one-timer-for-a-moment",
    waited.unwilling_runs: "wait-false-waits",
    collections.long_after: "ended-instances-forgotten",
    running.left_behind: """
        instance-id-reads-as-workflow workflow-id-has-history error-left-on-workflow cancellation-meets-the-next-run
        cancel-overwrites-failure
        workflow-id-tells-a-history
    """,
    waited.read_while_it_waits: "reads-of-a-workflow-wait-for-its-waited-runs waited-runs-are-not-running",
    waited.failing_waits: "wait-on-failure-hangs waiting-for-the-ended-hangs",
    waited.many_waits: "four-waits-hold-everything",
    values.bodies: "white-space-before-json-refused lists-of-one-unwrapped numbers-of-python-accepted",
    values.late_variables: "variables-lost-after-ten-stages",
    values.money_at_once: "sends-at-once-conflict",
    waited.runs_side_by_side: "run-behind-waiting-run",
    sending.much: """
        inbox-of-sixteen fourth-wait-deaf running-list-of-ten large-configuration-crashes
        oldest-running-unlisted newest-running-unlisted
    """,
    values.long_times: "long-wait-deaf long-timers-fire-at-once minutes-end-at-once fine-moments-are-past",
    values.odd_texts: """
        ids-raw-in-errors nul-crashes-events nul-in-paths-crashes nul-in-queries-crashes number-texts-reformatted
        false-omitted destination-unchecked
        number-names-equal names-form-decoded ledger-always-default history-without-timestamp
        metadata-of-an-earlier-send
    """,
    cancelling.corners: """
        null-event-name-accepted null-parameters-crash deleted-workflows-do-not-run listed-once-for-each-stage
        ended-instances-have-all-histories activities-never-done strays-shield-from-cancellation
        updates-deafen-the-next-wait orphans-cannot-be-cancelled orphans-survive-cancellation
        coming-stages-are-validation malformed-workflows-are-internal workflows-lost-at-restart
        events-lost-at-restart
    """,
    circumstances.twins: "equal-creations-at-once-are-one",
    circumstances.orphan: "orphans-cannot-be-sent-events",
    circumstances.just_ended: "just-ended-unlisted",
    circumstances.after_a_failure: "delays-skipped-after-a-failure",
    circumstances.deep: "deep-configurations-crash",
    circumstances.twelfth_stage: "stage-numbers-of-one-digit",
    collections.many_stages: "stage-numbers-of-seven-bits",
    circumstances.later_waits: """
        waits-after-delays-are-not-running fractions-of-durations-untold later-waits-hear-siblings
    """,
    cancelling.states: """
        updates-shield-from-cancellation variables-shield-from-cancellation dates-shield-from-cancellation
        reads-shield-from-cancellation reads-deafen
    """,
    values.inputs: """
        bodies-are-latin-1 ten-variables long-names-of-variables-dropped refused-variables-left-behind
        large-variables-crash bad-dates-are-past variable-dates-are-past dates-beyond-2262-are-past
        dates-before-1970-never-come
        bad-variables-are-not-found
    """,
    sending.failing_beside: """
        failures-take-siblings refused-events-swallow-the-next breaker-after-two-failures
        failures-leave-instances-running
    """,
    running.two_updates: "updates-accumulate",
    sending.cold: "cold-instances-lose-an-event",
    values.long_texts: "variables-cut-at-16384 event-names-of-8192-characters",
    values.odd_delays: """
        first-unit-counts zero-delays-fail variable-delays-are-none astral-letters-equal hours-are-minutes
        microseconds-are-milliseconds
    """,
    cancelling.siblings_of_the_cancelled: "cancellations-deafen-siblings waited-runs-are-deaf",
    collections.throng: "instances-cut-at-100",
    waited.cancelled_waits: "cancelled-wait-never-answered waits-answered-late",
    written.moments: "history-tells-years-of-weeks",
    written.numbers: "round-numbers-in-exponents",
    written.otherwise: """
        charsets-refused chunked-bodies-are-empty encoded-ids-are-unknown encoded-filters-select-nothing
        text-for-whoever-takes-it weighted-types-not-acceptable white-space-after-variables-refused
    """,
    forms.emptiness: """
        falsy-names-are-none falsy-stages-are-none empty-lists-are-objects booleans-name-events no-workflows-are-null
    """,
    forms.parts: """
        accounts-in-lower-case overdraft-needs-a-ledger timestamped-sends-lose-metadata booked-accounts-lowered
        booked-metadata-cut updates-in-lower-case wallets-as-written empty-metadata-fail-sends accounts-need-two-parts
    """,
    forms.bookings: """
        third-ledgers-book-in-the-second second-legs-lose-metadata through-accounts-need-two-ledgers
        sends-of-nothing-book-nothing amounts-without-sign updates-end-at-equals-signs prefixes-of-keys-lost
        overdrafts-are-of-the-world
    """,
    cancelling.cancelled_after_a_refusal: "refused-events-keep-the-lock",
    cancelling.event_then_cancel: "cancel-after-event-lost cancel-beside-event-lost",
    engines.run_after_a_cancellation: """
        histories-go-on-after-a-cancellation waits-after-a-cancellation-are-short
    """,
    engines.second_runs: "runs-begin-where-another-waits sends-booked-once-for-a-workflow",
    values.in_turn: "variables-stay-with-their-worker",
    values.delays: """
        delays-end-early delays-of-whole-seconds second-delay-endless until-ignored until-cut-to-seconds
        until-without-zone fractions-are-milliseconds
        timers-in-whole-tenths
    """,
    values.variables: """
        falsy-variables-are-none
        variables-made-texts refused-variables-start list-of-variables-accepted variables-ignored variables-left-behind
        variables-shared-while-running variables-of-a-pooled-map variable-names-lowered dollars-in-values-expanded
        runs-at-once-share-variables
    """,
    sending.siblings: """
        events-reach-siblings event-reaches-oldest-sibling cancellation-takes-a-sibling
        events-reach-the-oldest-waiting
    """,
    sending.after_one_too_early: "events-during-delays-cost-the-next",
    sending.strays_among_siblings: "strays-find-the-sibling-that-waits",
    sending.names: """
        compatible-event-names-equal
        any-event-matches event-case-folded event-trimmed event-prefix-matches awaited-name-is-a-like-pattern
        event-names-of-64-characters awaited-names-are-lists event-names-end-at-colons waits-for-trimmed-names
    """,
    sending.names_of_before: "first-name-ends-later-waits",
    sending.many_waits: """
        third-match-refused sixth-match-swallowed event-ends-two-stages events-of-one-name-collapse
        repetitions-are-dropped
    """,
    sending.burst: "burst-loses-events fourth-of-a-burst-lost events-at-once-lose-their-names",
    sending.unprompted: "waits-time-out events-redelivered second-wait-for-a-name-skipped heard-again-after-a-second",
    sending.orders: "events-named-cancel-cancel",
    waited.waiting_run_with_variables: "waited-runs-without-variables",
    sending.malformed_events: """
        event-without-name-accepted refused-event-ends-stage malformed-events-are-internal
        malformed-events-leave-an-error malformed-events-close-the-entry refused-events-are-heard
    """,
    cancelling.cancellations: """
        no-content-announces-body cancelled-entry-without-time cancel-ignored cancel-after-run-lost
        cancel-drops-connection
        cancel-during-delay-lost cancel-in-later-stage-lost cancel-answers-with-body cancelled-without-error
        cancelled-stage-without-error cancel-leaves-stage-open early-cancel-leaves-stage-open cancelled-still-hears
        cancelled-listed-as-running cancelled-entry-open cancelled-entry-missing
        late-events-touch-the-end aborts-lost-at-restart
    """,
    cancelling.at_once: "cancellations-at-once-crash",
    cancelling.after_cancelling: "cancel-ends-only-its-stage",
    collections.lists: """
        workflow-filter-ignored workflow-filter-ignored-for-running running-filter-ignored waiting-is-not-running
        listed-error-differs
    """,
    engines.one_second: "a-second-is-none",
    engines.delay_then_wait: "timers-fire-twice",
    engines.delays_side_by_side: "one-timer-for-a-workflow timers-of-a-workflow-queue",
    engines.first_of_many: "history-of-the-last-instances ended-instances-make-room",
    engines.ids_of_the_other_kind: """
        instance-id-runs-its-workflow instance-id-deletes-its-workflow workflow-id-hears-events
        workflow-id-cancels-its-instance instance-id-lists-its-siblings
    """,
    engines.long_after_cancelling: "sends-start-after-cancellation cancellation-reported-twice cancelled-history-grows",
    engines.look_alikes: """
        names-told-as-durations metadata-told-as-durations leading-zeros-of-variables-lost
        null-variables-are-empty dates-become-moments blank-texts-are-empty empty-metadata-not-kept
        keys-of-metadata-in-ascii
    """,
    engines.no_stages: "empty-workflows-show-a-stage empty-workflows-have-a-history",
    engines.read_often: "every-seventh-read-from-a-replica lists-touch-instances listed-as-last-updated-at-creation",
    engines.restarted: """
        deletions-lost-at-restart timers-lost-at-restart waits-lost-at-restart variables-lost-at-restart
        stages-told-anew-after-restart
    """,
    engines.thirty_stages: "long-status-loses-its-middle long-history-loses-its-middle history-in-pages-of-25",
    engines.three_seconds: "delays-over-two-seconds-in-microseconds",
    engines.wait_after_delay: "waits-after-delays-hear-late",
    forms.selections: """
        unnamed-workflows-unlisted workflows-listed-once-for-each-run ten-newest-instances-of-a-workflow
        delays-are-not-running failed-listed-as-running running-ignored-for-a-workflow
        unknown-workflow-lists-everything ended-unlisted-unless-asked-for empty-lists-kept
    """,
    forms.spellings: """
        names-composed names-on-one-line names-of-255-characters empty-objects-not-kept metadata-keys-lowered
        dots-nest-metadata
        texts-escaped-for-html line-ends-normalised durations-in-largest-units moments-kept-in-utc
        no-list-of-stages-is-none
        stages-before-a-bad-one-stored texts-of-digits-are-amounts
        awaited-names-trimmed assets-in-capitals numbers-name-workflows
    """,
    forms.left_running: """
        running-until-the-first-stage-ends lists-tell-the-last-entry-only deleted-workflows-have-nothing-running
        workflows-kept-once-read
    """,
    forms.references: """
        adjacent-references-lost backslashes-in-values-expanded names-of-word-characters-only
        waits-for-the-name-as-written variables-without-case values-trimmed empty-values-are-missing
        quotes-in-values-break-stages ledgers-as-written references-found-by-their-beginning own-variables-win
        quoted-values-unquoted braces-are-templates colons-in-references-are-defaults
    """,
    forms.replies: """
        post-cancels error-code-in-lower-case waited-runs-get-200 null-until-terminated unknown-parameters-crash
        late-events-crash equal-runs-at-once-are-one malformed-late-events-crash
    """,
    interruptions.strays: """
        strays-deafen-for-a-second fifth-stray-ends-a-wait numbers-name-events events-end-delays
        event-names-composed
    """,
    interruptions.moments: "western-moments-are-utc past-moments-never-come delays-count-from-the-run",
    interruptions.event_during_delay: "events-restart-delays",
    interruptions.twice_cancelled: """
        cancelled-again-ends-again cancelled-delays-run-on cancelled-stages-end-later cancellations-show-a-stage
    """,
    interruptions.many_entries: """
        status-gone-after-the-end stages-sorted-as-texts accounts-told-by-default updates-named-in-full
        stage-history-of-all-stages always-through-the-world one-ledger-for-all later-sends-show-the-first
        stage-histories-kept
    """,
    interruptions.last_wait: "history-kept-until-the-next-stage",
    circumstances.cancelled: "waited-runs-cannot-be-cancelled long-waits-cannot-be-cancelled",
    circumstances.timers: "cancelled-timers-end-the-next-delay",
    circumstances.repeated: """
        deletions-take-variables equal-updates-are-skipped later-failures-go-on
        variables-override-parameters names-replaced-where-embedded
    """,
    circumstances.waited: """
        waited-runs-of-the-deleted-crash runs-beside-a-deletion-crash deleted-still-run-when-waited-for
        waited-bad-variables-are-none waited-failures-refused
    """,
    circumstances.five_instances: "fourth-instance-evicts-the-first fifth-instance-queues",
    collections.credentials: """
        token-not-needed any-token-will-do scopes-ignored reading-allows-writing unsigned-tokens-pass refused-but-done
        cancelling-unguarded accepts-expired-tokens existence-told-without-token bodies-read-before-tokens
        other-schemes-pass tokens-without-case schemes-alone-crash
    """,
}
CASES = [(name, probe) for probe, names in SHOWN.items() for name in names.split()]
