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
#include <utility>
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
    // Of the keys that the tokens were made with (records/addressing.h): a larger one is later.
    std::uint32_t token_version = 1;
    // Short-lived documents (replay guards, sessions) vanish after this; 0: never. Unix seconds.
    std::int64_t expires_at = 0;
};

// Either every write happens, durably, or none; in this order, so that one batch may write two
// versions of a document. Errc::conflict when a current version is not the expected one, when it is
// sealed under a key that its compartment retired meanwhile, or when the current version was erased
// and older ones stand in another compartment: such an address takes no further version.
// Errc::invalid or Errc::too_large for what no store could write: version 0, a deletion with an
// index entry or tokens, more than limits allow.
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

// Where a version stands in a compartment, in the order in which sealed_under() lists.
struct RecordPlace {
    Address address;
    std::uint64_t version = 0;
    friend bool operator==(RecordPlace const&, RecordPlace const&) = default;
};
// What of a version is sealed under an earlier key: its document, its index entry, or both.
struct SealedRecord {
    RecordPlace place;
    VersionState state = VersionState::live;
    std::optional<crypto::Sealed> document;
    std::optional<crypto::Sealed> index_entry;
};
struct SealedRecords {
    std::vector<SealedRecord> records;
    std::optional<RecordPlace> next;  // go on behind it; nothing: that was all
};
// The same contents under another key. Nothing happens where something else than `from` stands.
struct Replacement {
    crypto::Sealed from;
    crypto::Sealed to;
};
// Whether an index entry says the same under another key, or was made again and says something
// else.
enum class EntryContents : std::uint8_t { same, made_again };
struct Reseal {
    CompartmentId compartment;
    RecordPlace place;
    std::optional<Replacement> document;
    std::optional<Replacement> index_entry;
    EntryContents contents = EntryContents::same;
};
// The tokens of a current version, made anew.
struct Retoken {
    RecordPlace place;
    std::vector<BlindToken> tokens;
    std::uint32_t token_version = 1;
};

// Reads. Belongs to one thread. Each call sees everything that was committed before it began, or,
// in a view (ReadView), all calls what was committed before the first of them began.
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
    // What of the compartment is sealed under keys of a version below `key_version`, behind `after`
    // (none: from the beginning). Looks at no more than `count` documents, and lists no more than
    // `count` versions: a list may be empty and still go on.
    [[nodiscard]] virtual Result<SealedRecords> sealed_under(
        CompartmentId const& compartment, std::uint32_t key_version,
        std::optional<RecordPlace> const& after, std::size_t count) = 0;
    // Current versions whose tokens are of an earlier version than this.
    [[nodiscard]] virtual Result<std::vector<RecordPlace>> tokens_below(std::uint32_t token_version,
                                                                        std::size_t count) = 0;
    // As scan(), for who has that page: without it, what stands beside it alone. Nothing if the
    // page of this sequence is not the compartment's any more.
    [[nodiscard]] virtual Result<std::optional<IndexScan>> scan_beside(
        CompartmentId const& compartment, std::uint64_t page_sequence) = 0;
    // A page of scan() that has been opened: its memory may hold the next one.
    virtual void reuse(IndexPage page) noexcept = 0;
    // ReadView calls these, in pairs.
    [[nodiscard]] virtual Result<void> begin_view() = 0;
    virtual void end_view() noexcept = 0;
};

// While it lives, a reader's calls see one consistent state. Costs the store nothing but room: what
// is written meanwhile stays in its log. One of a reader at a time.
class ReadView {
public:
    [[nodiscard]] static Result<ReadView> of(Reader& reader) {
        SALUS_TRY_VOID(reader.begin_view());
        return ReadView(reader);
    }
    ReadView(ReadView&& other) noexcept : reader_(std::exchange(other.reader_, nullptr)) {}
    ReadView& operator=(ReadView&&) = delete;
    ~ReadView() {
        if (reader_ != nullptr) reader_->end_view();
    }

private:
    explicit ReadView(Reader& reader) : reader_(&reader) {}
    Reader* reader_;  // nullptr: moved from
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
    // Rotation of keys (ENC-4). Each durable when the task ends, all or nothing; errors as commit,
    // Errc::conflict when something was changed or erased since it was read. Versions stay as they
    // are, and so does the compartment's sequence: what a reader keeps of them still stands. But
    // with an index entry that was made again the sequence grows, and the compartment's page is not
    // believed about it any more.
    virtual Task<Result<void>> reseal(std::vector<Reseal> batch, Executor& home) = 0;
    virtual Task<Result<void>> retoken(std::vector<Retoken> batch, Executor& home) = 0;
    // From here on the compartment takes nothing that is sealed under an earlier key, whoever made
    // it when: commits conflict, pages are not kept. A page under an earlier key goes.
    virtual Task<Result<void>> retire_keys(CompartmentId compartment, std::uint32_t key_version,
                                           Executor& home) = 0;
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
