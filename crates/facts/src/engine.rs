//! What runs a question: threads, memory and time that no question may exceed.

use crate::error::Problem;
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

/// Questions that run at the same time; others wait for their turn.
const AT_ONCE: usize = 2;

/// Memory, in bytes, for all running questions together; beyond it they spill to disk.
const MEMORY: usize = 1 << 30;

/// How long a question may run, its wait for a turn not counted.
const TIME: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(crate) struct Engine {
    /// Taken only when the engine goes.
    threads: Option<Runtime>,
    places: Arc<Semaphore>,
    environment: Arc<RuntimeEnv>,
}

impl Engine {
    /// `spill`: where questions put what does not fit in memory.
    pub(crate) fn start(spill: &Path) -> Result<Engine, Problem> {
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![spill.to_path_buf()]));
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let threads = Builder::new_multi_thread()
            .thread_name("facts")
            .enable_time()
            .build()
            .map_err(Problem::file("start threads for", spill))?;
        Ok(Engine {
            threads: Some(threads),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            environment,
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
        let places = Arc::clone(&self.places);
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
            let result = tokio::time::timeout(TIME, work)
                .await
                .unwrap_or(Err(Problem::TooLong(TIME)));
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
