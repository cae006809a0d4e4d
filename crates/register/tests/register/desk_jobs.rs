//! Jobs, from waiting to their end.

use crate::desk_accounts::actor;
use crate::store::*;
use handback_register::desk::{Desk, Job, JobId, JobState};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Barrier;

on_both![
    a_job_reads_back_in_every_state,
    jobs_come_newest_first,
    the_oldest_waiting_job_is_claimed_first,
    no_two_workers_get_the_same_job,
    progress_is_told_while_a_job_runs,
    only_a_running_job_is_settled,
    a_job_runs_again_with_another_wish,
    of_two_answers_to_one_job_one_counts,
    cancelling_is_at_once_unless_the_job_runs,
    nobody_is_asked_about_a_job_to_be_cancelled,
    interrupted_jobs_begin_again,
    old_jobs_are_forgotten_with_their_wishes,
];

pub fn job(number: u8, who: &str, seconds: i64) -> Job {
    Job {
        id: JobId([number; 16]),
        kind: "import".into(),
        actor: actor(who),
        state: JobState::Waiting,
        wish: format!("{{\"a wish\":{number}}}"),
        answer: String::new(),
        rows: 0,
        bytes: 0,
        of_bytes: None,
        cancel_asked: false,
        created_at: second(seconds),
        changed_at: second(seconds),
    }
}

fn in_state(number: u8, state: JobState) -> Job {
    Job {
        state,
        ..job(number, "ann", i64::from(number))
    }
}

const STATES: [JobState; 6] = [
    JobState::Waiting,
    JobState::Running,
    JobState::ToConfirm,
    JobState::Done,
    JobState::Failed,
    JobState::Cancelled,
];

/// A desk with a job in each state, numbered as they stand in [`STATES`].
async fn desk_of_all(store: &Store) -> Desk {
    let desk = store.register().await.1.desk();
    for (number, state) in (0..).zip(STATES) {
        desk.put_job(&in_state(number, state)).await.expect("put");
    }
    desk
}

async fn get(desk: &Desk, number: u8) -> Job {
    let found = desk.job(JobId([number; 16])).await.expect("read");
    found.expect("a job")
}

async fn states(desk: &Desk) -> Vec<JobState> {
    let mut states = Vec::new();
    for number in 0..6 {
        states.push(get(desk, number).await.state);
    }
    states
}

async fn a_job_reads_back_in_every_state(store: &Store) {
    let desk = desk_of_all(store).await;
    assert_eq!(states(&desk).await, STATES);
    let full = Job {
        answer: "{\"line\":\"β\"}".into(),
        rows: 3,
        bytes: u64::from(u32::MAX) + 1,
        of_bytes: Some(1 << 40),
        cancel_asked: true,
        changed_at: second(99),
        ..job(9, "ann", 9)
    };
    desk.put_job(&full).await.expect("put");
    assert_eq!(get(&desk, 9).await, full);
    assert_eq!(full.id.to_string(), "09".repeat(16));
    assert_eq!("09".repeat(16).parse(), Ok(full.id));
    assert!("09".parse::<JobId>().is_err() && "zz".repeat(16).parse::<JobId>().is_err());
    assert_eq!(desk.job(JobId([77; 16])).await.expect("read"), None);
    let zero = Job {
        wish: "a\0b".into(),
        ..job(10, "ann", 1)
    };
    let error = desk.put_job(&zero).await.expect_err("zero");
    assert!(error.is_refused(), "{error}");
}

async fn jobs_come_newest_first(store: &Store) {
    let desk = store.register().await.1.desk();
    for (number, who) in [(1, "ann"), (3, "ann"), (2, "ben"), (4, "ben")] {
        let job = job(number, who, i64::from(number));
        desk.put_job(&job).await.expect("put");
    }
    for (who, most, expected) in [
        (None, 9, vec![4, 3, 2, 1]),
        (None, 2, vec![4, 3]),
        (Some("ann"), 9, vec![3, 1]),
        (Some("ben"), 1, vec![4]),
        (Some("cat"), 9, vec![]),
    ] {
        let who = who.map(actor);
        let jobs = desk.jobs(who.as_ref(), most).await.expect("read");
        let numbers: Vec<u8> = jobs.iter().map(|job| job.id.0[0]).collect();
        assert_eq!(numbers, expected, "{who:?} {most}");
    }
}

async fn the_oldest_waiting_job_is_claimed_first(store: &Store) {
    let desk = desk_of_all(store).await;
    desk.put_job(&job(20, "ben", -5)).await.expect("put");
    let mut claimed = Vec::new();
    while let Some(job) = desk.claim_job(second(50)).await.expect("claimed") {
        assert_eq!((job.state, job.changed_at), (JobState::Running, second(50)));
        assert_eq!(get(&desk, job.id.0[0]).await, job);
        claimed.push(job.id.0[0]);
    }
    assert_eq!(claimed, [20, 0], "and none but those that waited");
}

async fn no_two_workers_get_the_same_job(store: &Store) {
    const WORKERS: usize = 4;
    let (place, register) = store.register().await;
    let desks = [register.desk(), open(&place).await.desk()];
    for number in 0..40 {
        let job = job(number, "ann", i64::from(number));
        desks[0].put_job(&job).await.expect("put");
    }
    let start = Arc::new(Barrier::new(WORKERS));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (desk, start) = (desks[worker % 2].clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                let mut got = Vec::new();
                // Each stops at the first none, so none may come while a job waits.
                while let Some(job) = desk.claim_job(second(90)).await.expect("claimed") {
                    got.push(job.id.0[0]);
                }
                got
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("ran"));
    }
    let distinct: BTreeSet<u8> = all.iter().copied().collect();
    assert_eq!((all.len(), distinct.len()), (40, 40));
}

async fn progress_is_told_while_a_job_runs(store: &Store) {
    let desk = desk_of_all(store).await;
    for (number, state) in (0..).zip(STATES) {
        let id = JobId([number; 16]);
        let stop = desk.progress(id, 7, 70, second(60)).await.expect("told");
        let runs = state == JobState::Running;
        assert_eq!(stop, !runs, "{state:?}");
        let job = get(&desk, number).await;
        let told = (job.rows, job.bytes, job.changed_at == second(60));
        assert_eq!(told, if runs { (7, 70, true) } else { (0, 0, false) });
    }
    let lost = desk.progress(JobId([77; 16]), 1, 1, second(60)).await;
    assert!(lost.expect("told"), "what is not there need not go on");
}

async fn only_a_running_job_is_settled(store: &Store) {
    for end in STATES {
        let desk = desk_of_all(store).await;
        for (number, state) in (0..).zip(STATES) {
            let settled = desk
                .settle(JobId([number; 16]), end, "[1]", second(60))
                .await;
            let ends = !matches!(end, JobState::Waiting | JobState::Running);
            if ends && state == JobState::Running {
                settled.expect("settled");
                let job = get(&desk, number).await;
                let after = (job.state, &*job.answer, job.changed_at);
                assert_eq!(after, (end, "[1]", second(60)));
            } else {
                let error = settled.expect_err("refused");
                assert!(error.is_refused(), "{error}");
                assert_eq!(get(&desk, number).await, in_state(number, state));
            }
        }
    }
}

async fn a_job_runs_again_with_another_wish(store: &Store) {
    let desk = desk_of_all(store).await;
    for (number, state) in (0..).zip(STATES) {
        let queued = desk
            .queue_again(JobId([number; 16]), "\"yes\"", second(60))
            .await;
        if matches!(state, JobState::ToConfirm | JobState::Failed) {
            queued.expect("queued");
            let job = get(&desk, number).await;
            let after = (job.state, &*job.wish, job.changed_at, job.cancel_asked);
            assert_eq!(after, (JobState::Waiting, "\"yes\"", second(60), false));
        } else {
            let error = queued.expect_err("refused");
            assert!(error.is_refused(), "{state:?}: {error}");
            assert_eq!(get(&desk, number).await, in_state(number, state));
        }
    }
}

async fn of_two_answers_to_one_job_one_counts(store: &Store) {
    let (place, register) = store.register().await;
    let desks = [register.desk(), open(&place).await.desk()];
    for round in 0..8 {
        desks[0]
            .put_job(&in_state(round, JobState::ToConfirm))
            .await
            .expect("put");
        let answers: Vec<_> = (0..2)
            .map(|one: usize| {
                let desk = desks[one].clone();
                tokio::spawn(async move {
                    let wish = one.to_string();
                    desk.queue_again(JobId([round; 16]), &wish, second(60))
                        .await
                        .is_ok()
                })
            })
            .collect();
        let mut counted = Vec::new();
        for answer in answers {
            counted.push(answer.await.expect("ran"));
        }
        let winner = counted.iter().position(|&it| it).expect("one counts");
        assert!(!counted[1 - winner], "round {round}");
        assert_eq!(get(&desks[0], round).await.wish, winner.to_string());
    }
}

async fn cancelling_is_at_once_unless_the_job_runs(store: &Store) {
    let desk = desk_of_all(store).await;
    for number in 0..6 {
        desk.ask_cancel(JobId([number; 16]), second(60))
            .await
            .expect("asked");
    }
    use JobState::{Cancelled, Done, Failed, Running};
    let expected = [Cancelled, Running, Cancelled, Done, Failed, Cancelled];
    assert_eq!(states(&desk).await, expected);
    let running = JobId([1; 16]);
    assert!(get(&desk, 1).await.cancel_asked);
    let stop = desk.progress(running, 1, 1, second(61)).await;
    assert!(stop.expect("told"), "the worker hears of it");
    desk.settle(running, Cancelled, "", second(62))
        .await
        .expect("settled");
    assert_eq!(get(&desk, 1).await.state, Cancelled);
    assert_eq!(desk.claim_job(second(63)).await.expect("claimed"), None);
}

async fn nobody_is_asked_about_a_job_to_be_cancelled(store: &Store) {
    for (end, expected) in [
        (JobState::ToConfirm, JobState::Cancelled),
        (JobState::Done, JobState::Done),
        (JobState::Failed, JobState::Failed),
    ] {
        let desk = desk_of_all(store).await;
        let id = JobId([1; 16]);
        desk.ask_cancel(id, second(60)).await.expect("asked");
        desk.settle(id, end, "", second(61)).await.expect("settled");
        assert_eq!(get(&desk, 1).await.state, expected, "what is done is done");
    }
}

async fn interrupted_jobs_begin_again(store: &Store) {
    let (place, register) = store.register().await;
    let desk = register.desk();
    for number in 0..3 {
        let job = job(number, "ann", i64::from(number));
        desk.put_job(&job).await.expect("put");
        desk.claim_job(second(10)).await.expect("claimed");
        desk.progress(job.id, 5, 50, second(11))
            .await
            .expect("told");
    }
    desk.put_job(&in_state(3, JobState::Done))
        .await
        .expect("put");
    desk.ask_cancel(JobId([1; 16]), second(12))
        .await
        .expect("asked");
    register.close().await;

    let desk = open(&place).await.desk();
    let again = desk
        .requeue_interrupted(second(20))
        .await
        .expect("requeued");
    assert_eq!(again, 2);
    let states = [
        get(&desk, 0).await,
        get(&desk, 1).await,
        get(&desk, 3).await,
    ];
    assert_eq!(
        states.map(|job| job.state),
        [JobState::Waiting, JobState::Cancelled, JobState::Done],
        "who asked to stop is heard after a restart, too"
    );
    let first = desk.claim_job(second(21)).await.expect("claimed");
    let first = first.expect("a job");
    assert_eq!((first.id.0[0], first.rows, first.bytes), (0, 0, 0));
    assert_eq!(desk.requeue_interrupted(second(22)).await.expect("ran"), 1);
}

async fn old_jobs_are_forgotten_with_their_wishes(store: &Store) {
    let desk = desk_of_all(store).await;
    let recent = Job {
        changed_at: second(100),
        ..in_state(9, JobState::Done)
    };
    desk.put_job(&recent).await.expect("put");
    let mut wishes = desk.forget_jobs(second(100)).await.expect("forgotten");
    wishes.sort();
    let expected: Vec<String> = (2..6)
        .map(|number| in_state(number, STATES[2]).wish)
        .collect();
    assert_eq!(wishes, expected);
    let left = desk.jobs(None, 99).await.expect("read");
    let numbers: Vec<u8> = left.iter().map(|job| job.id.0[0]).collect();
    assert_eq!(numbers, [9, 1, 0], "what waits or runs is never forgotten");
}
