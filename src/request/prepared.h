// What an operation did before anything becomes visible: the content it would answer with and, for
// a write, the sealed batch that the store would commit. Nothing here has left the process or
// changed the store: the pipeline records first (invariants 1 and 5).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/hash.h"
#include "foundation/ephi.h"
#include "foundation/literal.h"
#include "foundation/strong_id.h"
#include "http/message.h"
#include "request/duty.h"
#include "store/store.h"

namespace salus::request {

// One document that the request read or would write, as the audit leaf names it.
struct Touched {
    Literal action;  // "read", "create", "update", "delete"
    CompartmentId compartment;
    bool patient_compartment = false;
    std::string type;
    Address address;
    std::uint64_t version = 0;
    crypto::Sha256Digest stored_hash{};  // of the sealed bytes: what the store must show later
};

// A resource as stored, still complete.
struct ResourceContent {
    std::string type;
    EphiText text;
    bool bears_notice = false;  // as it leaves (redisclosure_notice.h)
};

// A Parameters resource that says what always leaves: meta.
struct MetaContent {
    EphiText text;
    bool bears_notice = false;  // in a header: labels are told as they are stored
};

// A report about a patient, as a whole what its operation may tell: of the audit log, no resource.
struct ReportContent {
    EphiText text;
};

// One line of a search, history, transaction or batch bundle.
struct EntryContent {
    std::string full_url;  // contains a logical id: rendered into the body only
    std::string type;
    EphiText text;                // empty: no resource in this entry
    std::size_t decided_by = 0;   // transaction: which entry's allowed elements apply
    bool included = false;        // searchset: no match; it came along with one
    bool bears_notice = false;    // its resource, as it leaves (redisclosure_notice.h)
    std::string response_status;  // "201 Created": transaction and history
    std::string location;
    std::uint64_t version = 0;
    std::optional<WallTime> last_modified;
    Literal request_method;   // history
    std::string request_url;  // history
    EphiText outcome;         // an OperationOutcome about this entry
    // An entry that was answered by itself: narrowed, recorded and disclosed.
    std::optional<http::Response> answered;
};

enum class BundleKind { searchset, history, transaction_response, batch_response };

struct BundleContent {
    BundleKind kind;
    std::optional<std::uint64_t> total;
    EphiText self_link;
    std::string next_link;  // opaque cursor: no ePHI
    // Search: an OperationOutcome about what was not applied. Holds no ePHI; empty: none.
    std::string outcome;
    std::vector<EntryContent> entries;
};

// Content that holds no ePHI: discovery documents, tokens, OperationOutcomes.
struct PlainContent {
    std::string text;
};

// A page for a person: of their own account, or names to choose from. HTML.
struct PageContent {
    EphiText text;
};
struct NoContent {};

struct Prepared {
    int status = 200;
    Duties duties{};  // that came with what is touched, beside those of the request
    http::Headers headers;
    std::variant<NoContent, PlainContent, ResourceContent, MetaContent, ReportContent,
                 BundleContent, PageContent>
        content;
    std::vector<Touched> touched;       // of a write: what it writes
    std::vector<Touched> consulted;     // of a write: what its answer tells of besides
    std::optional<store::Batch> batch;  // present: a write
    // What a concurrent change means to the caller (If-Match: 412; a replayed assertion: refused).
    // Absent: the operation may be prepared again and retried.
    std::optional<Error> conflict;
    // What of this process follows: called once the batch, or without one the record, is durable.
    std::function<void()> after_commit{};
};

}  // namespace salus::request
