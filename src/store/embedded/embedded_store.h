// The embedded engine: the store contract over one SQLite file (docs/decisions/0008).
//
// One thread with the only writing connection commits whatever is queued in one transaction and
// also checkpoints; readers are read-only connections. Nothing in the file is plaintext: sealed
// records, opaque ids, keyed tokens, version numbers, states and expiry times (ENC-1).
//
// When the disk is full, that transaction is rolled back, its commits get Errc::unavailable, and
// the next one tries again: nothing had been acknowledged. After any other refusal of the disk,
// every commit gets Errc::unavailable until the store is opened again; those that were under way
// may then turn out to have happened.
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/log.h"
#include "store/store.h"

namespace salus::store {

// Creates the file, mode 0600, if it is absent; the directory exists, and the caller holds the lock
// that keeps other processes out. The log outlives the store. Recovers what a crash left, without
// reading the whole file. Errc::corrupt when the file is not a store, or of a version that this
// program does not know; Errc::unavailable when the disk refuses.
[[nodiscard]] Result<std::unique_ptr<Store>> open_embedded_store(std::filesystem::path const& path,
                                                                 Log const& log);

// Reads the whole file and checks its structure, so its time grows with the file. While a store is
// open or not. Errc::corrupt when it finds damage.
[[nodiscard]] Result<void> check_embedded_store(std::filesystem::path const& path);

}  // namespace salus::store
