// https://hl7.org/fhir/R4/auditevent.html
#include "operations/audit_events.h"

#include <algorithm>

#include "audit_views/audit_event.h"
#include "audit_views/event_terms.h"
#include "foundation/audit_view_limits.h"
#include "operations/answers.h"
#include "operations/continuation.h"
#include "operations/parameters.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using audit_views::AuditTrail;
using audit_views::RecordedLeaf;

bool names_entity(RecordedLeaf const& leaf, std::string const& wanted) {
    return leaf.request == wanted || leaf.target == wanted || leaf.patient == wanted ||
           std::ranges::find(leaf.resources, wanted, &audit_views::RecordedResource::address) !=
               leaf.resources.end();
}

bool matches(RecordedLeaf const& leaf, request::AuditQuery const& query) {
    if (leaf.phase == audit::Phase::intent) return false;
    auto const& terms = audit_views::terms_of(leaf.event);
    auto const time = leaf.time.time_since_epoch().count();
    return (!query.time || (time >= query.time->start && time < query.time->end)) &&
           (query.client.empty() || leaf.client == query.client) &&
           (query.entity.empty() || names_entity(leaf, query.entity)) &&
           (query.action.empty() || terms.action.text() == query.action) &&
           (query.policy.empty() ||
            std::ranges::find(leaf.rules, query.policy) != leaf.rules.end()) &&
           (query.outcome.empty() || leaf.outcome == query.outcome) &&
           (query.subtype.empty() || terms.subtype.code.text() == query.subtype);
}

// Matches, newest first, and where the next page goes on.
struct Page {
    std::vector<RecordedLeaf> events;
    std::uint64_t next = 0;  // leaves before this one are left; 0: none
};

class Search {
public:
    Search(Context const& context, request::Permit const& permit, AuditTrail::Moment& moment)
        : context_(context), query_(permit.intent().audit), reader_(moment.reader) {
        count_ = query_.count == 0 ? limits::kPageSize : query_.count;
    }

    // Of the leaves before `end`.
    Result<Page> all(std::uint64_t end) {
        Page page{.events = {}, .next = end};
        auto const far = end - std::min(end, limits::kAuditSearchLeaves);
        auto const last = std::min(end, std::max(far, reader_.first()));
        while (page.next > last && page.events.size() < count_) {
            auto const begin = page.next - std::min(page.next - last, limits::kAuditSearchWindow);
            SALUS_TRY(auto const leaves, window({begin, page.next}));
            SALUS_TRY_VOID(take(leaves, begin, page));
            // Leaves are in the order of their times.
            bool const too_old =
                query_.time && !leaves.empty() &&
                leaves.front().time.time_since_epoch().count() < query_.time->start;
            if (too_old && page.next == begin) page.next = 0;
            if (too_old) break;
        }
        if (page.next <= reader_.first()) page.next = 0;
        return page;
    }

    Result<Page> of_patient(std::vector<std::uint64_t> const& events, std::uint64_t end) {
        Page page;
        auto at = static_cast<std::size_t>(std::ranges::lower_bound(events, end) - events.begin());
        while (at > 0 && page.events.size() < count_) {
            SALUS_TRY(auto leaf, AuditTrail::event_at(reader_, events[--at], context_.parser));
            if (matches(leaf, query_)) page.events.push_back(std::move(leaf));
        }
        page.next = at == 0 ? 0 : events[at];
        return page;
    }

private:
    Result<std::vector<RecordedLeaf>> window(audit::LeafRange range) {
        std::vector<RecordedLeaf> leaves;
        SALUS_TRY_VOID(
            reader_.each(range, [&](std::uint64_t, std::string_view text) -> Result<void> {
                SALUS_TRY(auto leaf, audit_views::read_leaf(text, context_.parser));
                leaves.push_back(std::move(leaf));
                return {};
            }));
        return leaves;
    }

    // From the newest of the window on, until the page is full.
    Result<void> take(std::vector<RecordedLeaf> const& leaves, std::uint64_t begin, Page& page) {
        for (auto i = leaves.size(); i > 0 && page.events.size() < count_; --i) {
            auto leaf = leaves[i - 1];
            page.next = leaf.index;
            if (leaf.phase == audit::Phase::outcome && leaf.intent >= begin) {
                add_intent(leaf, leaves[static_cast<std::size_t>(leaf.intent - begin)]);
            } else if (leaf.phase == audit::Phase::outcome) {
                SALUS_TRY(leaf, AuditTrail::event_at(reader_, leaf.index, context_.parser));
            }
            if (matches(leaf, query_)) page.events.push_back(std::move(leaf));
        }
        return {};
    }

    Context const& context_;
    request::AuditQuery const& query_;
    audit_views::LeafReader& reader_;
    std::size_t count_ = 0;
};

Result<Page> find(Context const& context, request::Permit const& permit, AuditTrail& trail,
                  AuditTrail::Moment& moment) {
    auto const& intent = permit.intent();
    auto end = moment.reader.size();
    if (!intent.position.empty()) {
        SALUS_TRY(auto const position, parse_number(RequestReader::id(intent.position)));
        end = std::min(end, position);
    }
    Search search(context, permit, moment);
    if (!intent.audit.names_patient) return search.all(end);
    SALUS_TRY(auto const events, trail.events_of(*intent.compartment, moment.reader));
    return search.of_patient(events, end);
}

}  // namespace

Result<request::Prepared> search_audit_events(Context const& context,
                                              request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto* const trail, context.trail());
    auto moment = trail->now();
    SALUS_TRY(auto const page, find(context, permit, *trail, moment));

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::searchset};
    auto const url = context.tenant.fhir_base() + "/AuditEvent";
    auto const query = std::string(RequestReader::id(intent.query_text));
    bundle.self_link = EphiText(query.empty() ? url : url + "?" + query);
    if (page.next > 0) {
        Continuation const rest{"audit", "AuditEvent", {}, query, std::to_string(page.next)};
        SALUS_TRY(auto const cursor, context.records.sealing().seal_cursor(
                                         permit.caller().facts().client, encode(rest)));
        bundle.next_link = url + "?_cursor=" + cursor;
    }
    auto const patient = intent.audit.names_patient
                             ? "Patient/" + std::string(RequestReader::id(intent.patient))
                             : std::string();
    for (auto const& leaf : page.events) {
        std::string text;
        append_audit_event(text, trail->source(), {.leaf = leaf, .patient = patient});
        request::EntryContent entry;
        entry.full_url = url + "/" + std::to_string(leaf.index);
        entry.type = "AuditEvent";
        entry.text = EphiText(std::move(text));
        bundle.entries.push_back(std::move(entry));
    }
    prepared.content = std::move(bundle);
    return prepared;
}

Result<request::Prepared> read_audit_event(Context const& context, request::Permit const& permit) {
    SALUS_TRY(auto* const trail, context.trail());
    auto moment = trail->now();
    auto const index = permit.intent().audit.index.value_or(0);
    if (index >= moment.reader.size()) return fail(Errc::not_found, "no such resource");
    SALUS_TRY(auto const leaf, AuditTrail::event_at(moment.reader, index, context.parser));
    SALUS_TRY(auto const proof, AuditTrail::proof_of(moment, index));
    std::string text;
    append_audit_event(text, trail->source(), {.leaf = leaf, .proof = proof});
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    prepared.content = request::ResourceContent{"AuditEvent", EphiText(std::move(text))};
    return prepared;
}

}  // namespace salus::operations
