// The tables of the embedded engine. DO NOT CHANGE without a new version and a migration: on disk.
//
// Random B-tree rows, not bytes, are what a durable write costs, so there are few of them: a new
// document writes one row each in history, index_entry, token and compartment; an update that keeps
// its tokens writes no token row.
#pragma once

#include "sqlite/database.h"

namespace salus::store::embedded {

// Creates the tables in an empty file, and adds to a store of an earlier version what it lacks.
// Errc::corrupt for anything but an empty file or a store of a version that this program knows.
[[nodiscard]] Result<void> prepare_schema(sqlite::Database& database);
// The same for a connection that may not write: an empty file is corrupt too.
[[nodiscard]] Result<void> check_schema(sqlite::Database& database);

}  // namespace salus::store::embedded
