//! The live parts as one table: their columns, and which import, file and part a row is from.

use crate::LivePart;
use crate::columns::{self, Kept};
use crate::error::Problem;
use crate::folder::Folder;
use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::{Result as EngineResult, ScalarValue, project_schema};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfigBuilder, wrap_partition_type_in_dict, wrap_partition_value_in_dict,
};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::object_store::path::Path as ObjectPath;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::prelude::{DataFrame, SessionContext};
use std::path::PathBuf;
use std::sync::Arc;

/// The id of the import that lists the row's part.
pub(crate) const IMPORT: &str = "import";
/// The source file's name.
pub(crate) const FILE: &str = "file";
/// The hash of the row's part.
pub(crate) const PART: &str = "part";

/// Every payment of the live parts.
pub(crate) fn payments(
    session: &SessionContext,
    folder: &Folder,
    live: &[LivePart],
) -> Result<DataFrame, Problem> {
    table(session, columns::schema(DataType::Utf8View), live, |hash| {
        folder.part(hash)
    })
}

/// Every row of the live parts of another dataset.
pub(crate) fn rows<B: Kept>(
    session: &SessionContext,
    folder: &Folder,
    live: &[LivePart],
) -> Result<DataFrame, Problem> {
    table(session, B::schema(DataType::Utf8View), live, |hash| {
        folder.part(hash)
    })
}

/// A table over one file for each live part; `path` says which, by the part's hash.
pub(crate) fn table(
    session: &SessionContext,
    schema: SchemaRef,
    live: &[LivePart],
    path: impl Fn(&str) -> PathBuf,
) -> Result<DataFrame, Problem> {
    let files = live
        .iter()
        .map(|live| file(live, path(&live.part.hash)))
        .collect::<Result<Vec<_>, _>>()?;
    let origins = [IMPORT, FILE, PART].map(|name| {
        Arc::new(Field::new(
            name,
            wrap_partition_type_in_dict(DataType::Utf8),
            false,
        ))
    });
    let schema = TableSchema::builder(schema)
        .with_table_partition_cols(origins.to_vec())
        .build();
    Ok(session.read_table(Arc::new(Parts { files, schema }))?)
}

fn file(live: &LivePart, path: PathBuf) -> Result<PartitionedFile, Problem> {
    let look = || -> std::io::Result<_> {
        let found = std::fs::metadata(&path)?;
        Ok((found.len(), found.modified()?))
    };
    let (size, modified) = look().map_err(Problem::file("look at", &path))?;
    let location = ObjectPath::from_absolute_path(&path).map_err(DataFusionError::from)?;
    let origins = [
        live.import.to_string(),
        live.file.clone(),
        live.part.hash.clone(),
    ];
    let mut file = PartitionedFile::new("", size).with_partition_values(
        origins
            .map(|text| wrap_partition_value_in_dict(ScalarValue::from(text)))
            .to_vec(),
    );
    file.object_meta.location = location;
    file.object_meta.last_modified = modified.into();
    Ok(file)
}

#[derive(Debug)]
struct Parts {
    files: Vec<PartitionedFile>,
    schema: TableSchema,
}

#[async_trait]
impl TableProvider for Parts {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(
                &self.schema(),
                projection,
            )?)));
        }
        let format = ParquetFormat::new().with_options(state.default_table_options().parquet);
        let threads = state.config().target_partitions();
        let scan = FileScanConfigBuilder::new(
            ObjectStoreUrl::local_filesystem(),
            format.file_source(self.schema.clone()),
        )
        .with_file_groups(FileGroup::new(self.files.clone()).split_files(threads))
        .with_projection_indices(projection.cloned())?
        .with_limit(limit)
        .build();
        format.create_physical_plan(state, scan).await
    }
}
