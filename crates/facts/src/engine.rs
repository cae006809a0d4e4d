//! What runs a question: threads, memory and time that no question may exceed.

use crate::error::Problem;
use crate::temporary;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// What questions may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Questions that run at the same time; others wait for their turn.
    pub(crate) at_once: usize,
    /// Bytes for all running questions together; beyond them they spill to disk where they can.
    pub(crate) memory: usize,
    /// How long one may run, its wait for a turn not counted.
    pub(crate) time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            at_once: 2,
            memory: 1 << 30,
            time: Duration::from_secs(120),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Engine {
    /// Taken only when the engine goes.
    threads: Option<Runtime>,
    places: Arc<Semaphore>,
    environment: Arc<RuntimeEnv>,
    time: Duration,
    /// Where questions put what does not fit in memory.
    _spill: temporary::Folder,
}

impl Engine {
    /// `spill`: the folder in which this program may make its own for what does not fit in memory.
    pub(crate) fn start(spill: &Path, limits: Limits) -> Result<Engine, Problem> {
        let made = std::fs::create_dir_all(spill)
            .and_then(|()| temporary::remove_abandoned(spill))
            .and_then(|()| temporary::folder(spill));
        let spill = made.map_err(Problem::file("make room to work in", spill))?;
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![spill.path().into()]));
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let threads = Builder::new_multi_thread()
            .thread_name("facts")
            .enable_time()
            .build()
            .map_err(Problem::file("start threads to work in", spill.path()))?;
        Ok(Engine {
            threads: Some(threads),
            places: Arc::new(Semaphore::new(limits.at_once)),
            environment,
            time: limits.time,
            _spill: spill,
        })
    }

    pub(crate) fn session(&self) -> SessionContext {
        session(Arc::clone(&self.environment))
    }

    /// Run some work in turn and in time, and wait for it.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let (places, time) = (Arc::clone(&self.places), self.time);
        let (answer, answered) = mpsc::sync_channel(1);
        let threads = self
            .threads
            .as_ref()
            .expect("the threads are there as long as the engine");
        threads.spawn(async move {
            let _place = places
                .acquire()
                .await
                .expect("the semaphore is never closed");
            let result = tokio::time::timeout(time, work)
                .await
                .unwrap_or(Err(Problem::TooLong(time)));
            answer.send(result).expect("the asker waits for the answer");
        });
        let stopped = || {
            Problem::Engine(DataFusionError::Internal(
                "the question stopped without an answer".into(),
            ))
        };
        answered.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Run a plan and answer all its rows as one batch.
    pub(crate) fn collect(&self, plan: DataFrame) -> Result<RecordBatch, Problem> {
        let schema = Arc::clone(plan.schema().inner());
        self.run(async move {
            let batches = plan.collect().await?;
            Ok(concat_batches(&schema, &batches)?)
        })
    }
}

impl Drop for Engine {
    /// An ordinary drop would panic inside async code.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// The one place where a DataFusion session is made. Counting over other machines would begin here.
fn session(environment: Arc<RuntimeEnv>) -> SessionContext {
    let mut config = SessionConfig::new().with_information_schema(true);
    config.options_mut().execution.parquet.pushdown_filters = true;
    SessionContext::new_with_config_rt(config, environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn engine(limits: Limits) -> (Engine, tempfile::TempDir) {
        let spill = tempfile::tempdir().expect("a temporary directory");
        let engine = Engine::start(spill.path(), limits).expect("an engine");
        (engine, spill)
    }

    #[test]
    fn a_question_that_never_ends_is_broken_off() {
        let (engine, _spill) = engine(Limits {
            time: Duration::ZERO,
            ..Limits::default()
        });
        let answer = engine.run(std::future::pending::<Result<(), Problem>>());
        assert!(matches!(answer, Err(Problem::TooLong(Duration::ZERO))));
    }

    #[test]
    fn a_question_beyond_its_memory_is_refused() {
        let (engine, _spill) = engine(Limits {
            memory: 1_000,
            ..Limits::default()
        });
        let session = engine.session();
        let sorted = "SELECT value % 7 AS a, count(*) FROM generate_series(1, 100000) GROUP BY value % 7, value";
        let answer = engine.run(async move { Ok(session.sql(sorted).await?.collect().await?) });
        assert!(
            matches!(answer, Err(Problem::TooMuchMemory(_))),
            "{answer:?}"
        );
    }

    #[test]
    fn a_question_that_breaks_down_is_an_error() {
        let (engine, _spill) = engine(Limits::default());
        let answer = engine.run(async { panic!("broken") as Result<(), Problem> });
        assert!(matches!(answer, Err(Problem::Engine(_))));
    }

    #[test]
    fn no_more_run_at_once_than_may() {
        let (engine, _spill) = engine(Limits {
            at_once: 2,
            ..Limits::default()
        });
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                    engine.run(async move {
                        most.fetch_max(
                            running.fetch_add(1, Ordering::SeqCst) + 1,
                            Ordering::SeqCst,
                        );
                        for _ in 0..100 {
                            tokio::task::yield_now().await;
                        }
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    })
                });
            }
        });
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    }
}
