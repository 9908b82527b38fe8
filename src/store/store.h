// The store contract: sealed, versioned documents in compartments. It carries ciphertext, opaque
// addresses and keyed tokens only; by its types it can carry nothing else (invariant 2). The
// embedded engine and PostgreSQL both fit it, and store_suite.h tests both.
//
// A document stands at an Address and has versions 1, 2, 3 ...; each version belongs to one
// compartment (a version may stand in another compartment than the one before it). A deletion is a
// version too. Each live document has one sealed index entry and any number of blind tokens.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/sealed.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "foundation/task.h"

namespace salus::store {

enum class VersionState : std::uint8_t { live = 1, deleted = 2 };  // DO NOT CHANGE: on disk

// A version to be written. The document's current version must be `version - 1` (0: none yet).
struct Write {
    Address address;
    CompartmentId compartment;
    std::uint64_t version = 0;
    VersionState state = VersionState::live;
    crypto::Sealed document;                    // for a deletion, the sealed tombstone
    std::optional<crypto::Sealed> index_entry;  // absent when deleted: the old entry goes
    std::vector<BlindToken> tokens;  // all tokens of this version; older ones of the address go
    // Short-lived documents (replay guards, sessions) vanish after this; 0: never. Unix seconds.
    std::int64_t expires_at = 0;
};

// Either every write happens, durably, or none; in this order, so that one batch may write two
// versions of a document. Errc::conflict when a current version is not the expected one, or when
// the current version was erased and older ones stand in another compartment: such an address takes
// no further version. Errc::invalid or Errc::too_large for what no store could write: version 0, a
// deletion with an index entry or tokens, more than limits allow.
struct Batch {
    std::vector<Write> writes;
};

struct StoredVersion {
    Address address;
    CompartmentId compartment;
    std::uint64_t version;
    VersionState state;
    crypto::Sealed document;
};

struct Current {
    CompartmentId compartment;
    std::uint64_t version;
    VersionState state;
};

// Where a version stands in the order of all commits. A later one has a larger sequence.
struct Committed {
    std::uint64_t sequence;
    Address address;
    CompartmentId compartment;
    std::uint64_t version;
    VersionState state;
};

struct IndexEntry {
    Address address;
    std::uint64_t version;
    crypto::Sealed entry;
};

// All index entries of a compartment in one sealed piece, as they were at one of its sequences.
// Made from the entries and beside them, so that a reader need not open each by itself.
struct IndexPage {
    CompartmentId compartment;
    std::uint64_t sequence = 0;
    crypto::Sealed page;
};

// The index of a compartment in one consistent view.
struct IndexScan {
    std::uint64_t sequence = 0;  // of the compartment
    std::optional<IndexPage> page;
    // Beside a page those that were written since; without one all. In no particular order.
    std::vector<IndexEntry> entries;
    // What had an entry in the page, or got one since, and has none any more.
    std::vector<Address> removed;
};

// Reads. Belongs to one thread. Each call sees everything that was committed before it began.
class Reader {
public:
    virtual ~Reader() = default;
    [[nodiscard]] virtual Result<std::optional<Current>> current(Address const& address) = 0;
    // The current version, live or deleted.
    [[nodiscard]] virtual Result<std::optional<StoredVersion>> get(Address const& address) = 0;
    [[nodiscard]] virtual Result<std::optional<StoredVersion>> get_version(
        Address const& address, std::uint64_t version) = 0;
    // Newest first, versions below `before` (0: from the newest), at most `count`.
    [[nodiscard]] virtual Result<std::vector<StoredVersion>> history(Address const& address,
                                                                     std::uint64_t before,
                                                                     std::size_t count) = 0;
    // As get(), of several documents in one consistent view.
    [[nodiscard]] virtual Result<std::vector<std::optional<StoredVersion>>> get_all(
        std::span<Address const> addresses) = 0;
    [[nodiscard]] virtual Result<IndexScan> scan(CompartmentId const& compartment) = 0;
    // Of all documents, the last committed first: versions of a sequence below `before` (0: from
    // the newest), at most `count`. What was erased or has expired is not there.
    [[nodiscard]] virtual Result<std::vector<Committed>> committed(std::uint64_t before,
                                                                   std::size_t count) = 0;
    // The index entry of one live document; nothing if it has none or stands elsewhere.
    [[nodiscard]] virtual Result<std::optional<IndexEntry>> index_entry(
        CompartmentId const& compartment, Address const& address) = 0;
    // Grows with every commit that touches the compartment; 0 when it was never written.
    // A reader may keep what it opened as long as this number stands.
    [[nodiscard]] virtual Result<std::uint64_t> compartment_sequence(
        CompartmentId const& compartment) = 0;
    // Addresses of live documents with this token, at most `count`.
    [[nodiscard]] virtual Result<std::vector<Address>> find(BlindToken const& token,
                                                            std::size_t count) = 0;
};

// What an operator and `salus check` may know: counts and sizes.
struct Statistics {
    std::uint64_t documents = 0;  // live
    std::uint64_t versions = 0;
    std::uint64_t compartments = 0;
    std::uint64_t bytes_on_disk = 0;
};

class Store {
public:
    virtual ~Store() = default;  // finishes what is queued
    // Durable when the task ends; resumes on `home`. Concurrent commits share a transaction, and
    // one batch's conflict does not touch another's. Errc::unavailable when the queue is full or
    // the disk refuses: after a full disk the next commit may succeed, after any other refusal none
    // does until the store is reopened, and the one that was refused may then turn out to have
    // happened. Any thread.
    virtual Task<Result<void>> commit(Batch batch, Executor& home) = 0;
    // Keeps a page for the next scans, in the place of an older one, if the compartment still has
    // the page's sequence when its turn comes; otherwise, or when the store is busy or refuses,
    // nothing happens. Returns at once. Any thread.
    virtual void keep_page(IndexPage page) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Reader>> open_reader() = 0;
    // Removes every version, index entry, page and token of the compartment (after its key is
    // destroyed), in several transactions; repeating it finishes what a crash interrupted. A
    // document whose current version stood here is gone, even if older versions in other
    // compartments can still be read. The compartment's sequence stays and grows.
    virtual Task<Result<void>> erase(CompartmentId compartment, Executor& home) = 0;
    // Removes documents whose current version's time is over, with their history; returns how many.
    // Readers may see them until then.
    virtual Task<Result<std::uint64_t>> expire(std::int64_t now, Executor& home) = 0;
    // Counts rows: seconds for millions of versions. Never on an event loop.
    [[nodiscard]] virtual Result<Statistics> statistics() = 0;
};

}  // namespace salus::store
