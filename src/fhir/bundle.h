// Bundles (https://hl7.org/fhir/R4/bundle.html): the entries of a transaction or batch that came
// in, and the making of bundles that go out. Thread safety: values; one writer, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/resource.h"
#include "foundation/clock.h"
#include "foundation/ephi.h"
#include "foundation/result.h"
#include "json/writer.h"

namespace salus::fhir {

enum class BundleType : std::uint8_t {
    transaction,
    batch,
    searchset,
    history,
    transaction_response,
    batch_response,
};

enum class BundleMethod : std::uint8_t { get, head, post, put, patch, erase };

// Texts are as sent, not yet trusted to be of any form.
struct BundleEntry {
    std::string full_url;  // empty: none
    BundleMethod method;
    std::string url;
    std::string if_match;
    std::string if_none_match;
    std::string if_none_exist;
    std::string if_modified_since;
    std::optional<ResourceView> resource;  // borrows the Bundle
};

// An entry of a batch: its resource is text that has not been judged yet.
struct BatchEntry {
    BundleEntry entry;
    std::optional<json::Value> resource;  // borrows the Bundle
};

struct BundleRequests {
    BundleType type;  // transaction or batch
    std::vector<BundleEntry> entries;
};

// Errc::invalid: not a Bundle of that kind, an entry without request, method or url, a repeated
// fullUrl, or a resource where the method takes none or none where it takes one. Errc::too_large
// beyond limits::kBundleEntries. REQUIRES: the Bundle outlives the entries.
[[nodiscard]] Result<BundleRequests> read_requests(ResourceView const& bundle);

// The entries of a batch, each by itself: one that is wrong (Errc::invalid as above) does not touch
// the others. Nothing of their resources has been judged. Errc::invalid: no batch, or members that
// a Bundle does not have; Errc::too_large beyond limits::kBundleEntries.
[[nodiscard]] Result<std::vector<Result<BatchEntry>>> read_batch(json::Value bundle);

// Appends entries; finish() gives the Bundle. Resources are copied as they stand and must be valid.
//
//   BundleWriter writer(BundleType::searchset, id, now);
//   writer.total(1).link("self", url).entry({.full_url = url, .resource = text, .search =
//   "match"}); EphiText bundle = std::move(writer).finish();
class BundleWriter {
public:
    struct Entry {
        std::string_view full_url{};
        std::string_view resource{};  // JSON
        Literal search_mode{};        // searchset: match, include, outcome
        Literal method{};             // history: request.method
        std::string_view url{};       // history: request.url
        std::string_view status{};    // history and responses: "200 OK"
        std::string_view location{};  // responses
        std::string_view etag{};      // W/"1"
        std::optional<WallTime> modified{};
        std::string_view outcome{};  // responses: an OperationOutcome, JSON
    };

    BundleWriter(BundleType type, std::string_view id, WallTime now);
    // REQUIRES: before the first entry, total before links.
    BundleWriter& total(std::size_t matches);
    BundleWriter& link(Literal relation, std::string_view url);
    BundleWriter& entry(Entry const& entry);
    [[nodiscard]] std::size_t size() const noexcept { return out_->size(); }
    [[nodiscard]] EphiText finish() &&;

private:
    enum class Part : std::uint8_t { head, links, entries };
    void move_to(Part part);
    void request(Entry const& entry);
    void response(Entry const& entry);

    std::unique_ptr<std::string> out_;  // behind a pointer: the writer refers to it
    json::Writer writer_;
    Part part_ = Part::head;
};

}  // namespace salus::fhir
