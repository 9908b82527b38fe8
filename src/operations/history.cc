// https://hl7.org/fhir/R4/http.html#history
#include "operations/history.h"

#include <algorithm>

#include "operations/answers.h"
#include "operations/continuation.h"
#include "operations/history_entry.h"
#include "operations/parameters.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

constexpr std::size_t kChunk = 100;

// Walks versions from the newest to the oldest and says which belong to the answer.
class Window {
public:
    explicit Window(request::IntentFacts const& intent) : intent_(intent) {}

    // Later versions come first.
    [[nodiscard]] bool shows(records::StoredDocument const& document) {
        auto const from = document.last_updated.time_since_epoch().count();
        auto const until = replaced_at_;
        replaced_at_ = from;
        if (intent_.since) return document.last_updated >= *intent_.since;
        // A version was current from its own time until the next one's.
        return !intent_.at || (from < intent_.at->end && until > intent_.at->start);
    }
    // Nothing that is older can be shown.
    [[nodiscard]] bool is_over() const {
        if (intent_.since) return replaced_at_ < intent_.since->time_since_epoch().count();
        return intent_.at && replaced_at_ <= intent_.at->start;
    }

private:
    request::IntentFacts const& intent_;
    std::int64_t replaced_at_ = INT64_MAX;
};

struct Page {
    std::vector<records::StoredDocument> documents;
    bool exists = false;
    std::uint64_t more_below = 0;  // the next page begins below this version; 0: there is none
};

// A page begins with the version above it, whose time says until when the first one was current.
Result<Page> read_page(Context const& context, request::Permit const& permit, std::uint64_t below) {
    auto const& intent = permit.intent();
    auto const id = RequestReader::id(intent.id);
    auto const& bound = permit.caller().facts().patient_compartment;
    auto const count = intent.count == 0 ? limits::kPageSize : intent.count;
    Window window(intent);
    Page page;
    auto next = below == 0 ? 0 : below + 1;
    for (std::size_t looked = 0; !window.is_over();) {
        SALUS_TRY(auto chunk,
                  context.records.history(intent.interaction, intent.type, id, next, kChunk));
        // Who has a page's cursor was told that there are versions.
        bool const known = below != 0 && chunk.looked != 0;
        page.exists = page.exists || known || !chunk.documents.empty();
        for (auto& document : chunk.documents) {
            next = document.version;
            bool const shown = window.shows(document);
            if (below != 0 && document.version >= below) continue;
            if (shown && page.documents.size() == count) {
                page.more_below = next + 1;
                return page;
            }
            bool const reached = !bound || *bound == document.compartment;
            if (shown && reached) page.documents.push_back(std::move(document));
            if (window.is_over()) return page;
        }
        looked += chunk.looked;
        if (chunk.looked < kChunk) return page;
        next = chunk.below;
        if (looked >= limits::kHistoryScan) {
            page.more_below = next;
            return page;
        }
    }
    return page;
}

std::string instance_url(Context const& context, request::IntentFacts const& intent) {
    return context.tenant.fhir_base() + "/" + intent.type + "/" +
           std::string(RequestReader::id(intent.id)) + "/_history";
}

}  // namespace

Result<request::Prepared> history(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const id = RequestReader::id(intent.id);
    auto const position = RequestReader::id(intent.position);
    std::uint64_t below = 0;
    if (!position.empty()) {
        SALUS_TRY(below, parse_number(position));
    }
    SALUS_TRY(auto page, read_page(context, permit, below));
    if (!page.exists) return fail(Errc::not_found, "no such resource");

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::history};
    auto const query = std::string(RequestReader::id(intent.query_text));
    auto const url = instance_url(context, intent);
    bundle.self_link = EphiText(query.empty() ? url : url + "?" + query);
    if (page.more_below != 0) {
        Continuation const rest{"history", intent.type, std::string(id), query,
                                std::to_string(page.more_below)};
        SALUS_TRY(auto const cursor, context.records.sealing().seal_cursor(
                                         permit.caller().facts().client, encode(rest)));
        bundle.next_link = url + "?_cursor=" + cursor;
    }
    for (auto& document : page.documents) {
        prepared.touched.push_back(touched_by_reading(context, intent.type, document));
        bundle.entries.push_back(history_entry(context, intent.type, id, std::move(document)));
    }
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
