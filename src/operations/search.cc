// https://hl7.org/fhir/R4/http.html#search
#include "operations/search.h"

#include <algorithm>

#include "fhir/index_entry.h"
#include "operations/answers.h"
#include "operations/blind_tokens.h"
#include "operations/cursor.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

// What a search looks through: a compartment's index, which may be shared with the cache, or a few
// entries of its own.
struct Candidates {
    records::CompartmentIndexPointer index;
    std::vector<records::OpenedIndexEntry> found;

    [[nodiscard]] std::vector<records::OpenedIndexEntry> const& entries() const {
        return index ? index->entries : found;
    }
};

struct Match {
    fhir::EntryView view;
    records::OpenedIndexEntry const* entry;
};

std::optional<std::string> single_id(fhir::SearchQuery const& query) {
    for (auto const& clause : query.clauses()) {
        if (clause.name != "_id" || clause.criteria.size() != 1) continue;
        auto const* token = std::get_if<fhir::TokenCriterion>(&clause.criteria.front());
        if (token != nullptr && token->code) return token->code;
    }
    return std::nullopt;
}

Result<Candidates> find_candidates(Context const& context, request::IntentFacts const& intent) {
    auto const& addressing = context.records.addressing();
    Candidates candidates;
    if (intent.compartment) {
        SALUS_TRY(candidates.index, context.records.index(*intent.compartment));
        return candidates;
    }
    if (auto const id = single_id(*intent.query)) {
        SALUS_TRY(auto entry, context.records.entry(addressing.address(intent.type, *id)));
        if (entry) candidates.found.push_back(*std::move(entry));
        return candidates;
    }
    auto const tokens = tokens_for(addressing, *intent.query);
    if (!tokens) {
        return fail(Errc::forbidden,
                    "the search is too broad: name a patient, an identifier, or for patients a "
                    "name of at least three letters with a birth date");
    }
    for (auto const& token : *tokens) {
        SALUS_TRY(auto found, context.records.find(token));
        std::ranges::move(found, std::back_inserter(candidates.found));
    }
    // One document may have several of the tokens.
    std::ranges::sort(candidates.found, {}, &records::OpenedIndexEntry::address);
    auto const repeated =
        std::ranges::unique(candidates.found, {}, &records::OpenedIndexEntry::address);
    candidates.found.erase(repeated.begin(), repeated.end());
    return candidates;
}

Result<std::vector<Match>> matching(Candidates const& candidates, fhir::SearchQuery const& query) {
    std::vector<Match> matches;
    for (auto const& entry : candidates.entries()) {
        SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry.entry)));
        if (query.matches(view)) matches.push_back({view, &entry});
    }
    std::ranges::sort(matches,
                      [&](Match const& a, Match const& b) { return query.before(a.view, b.view); });
    return matches;
}

// Where the page begins: behind the last match of the page before, or, if that one is gone, behind
// as many as were shown.
std::size_t page_start(request::IntentFacts const& intent, std::vector<Match> const& matches) {
    auto const last = RequestReader::id(intent.after);
    if (last.empty()) return 0;
    auto const found =
        std::ranges::find_if(matches, [&](Match const& match) { return match.view.id() == last; });
    if (found != matches.end()) return static_cast<std::size_t>(found - matches.begin()) + 1;
    return std::min(intent.offset, matches.size());
}

Result<void> add_entry(Context const& context, request::IntentFacts const& intent,
                       Match const& match, request::Prepared& prepared,
                       request::BundleContent& bundle) {
    auto const id = match.view.id();
    SALUS_TRY(auto document,
              context.records.get(records::DocumentClass::resource, intent.type, id));
    // Deleted or moved between the index and here: no longer a match.
    if (!document || document->state != store::VersionState::live) return {};
    if (document->compartment != match.entry->compartment) return {};
    prepared.touched.push_back(touched_by_reading(context, intent.type, *document));
    request::EntryContent entry;
    entry.full_url = context.tenant.fhir_base() + "/" + intent.type + "/" + std::string(id);
    entry.type = intent.type;
    entry.text = std::move(document->text);
    entry.version = document->version;
    bundle.entries.push_back(std::move(entry));
    return {};
}

// What was asked, as it was asked: [base]/[type]?... or [base]/Patient/[id]/[type]?...
EphiText self_link(Context const& context, request::IntentFacts const& intent) {
    std::string url = context.tenant.fhir_base() + "/";
    auto const patient = RequestReader::id(intent.patient);
    if (!patient.empty()) url.append("Patient/").append(patient).append("/");
    url.append(intent.type);
    auto const query = RequestReader::id(intent.query_text);
    if (!query.empty()) url.append("?").append(query);
    return EphiText(std::move(url));
}

Result<std::string> next_link(Context const& context, request::Permit const& permit,
                              Match const& last, std::size_t shown) {
    auto const& intent = permit.intent();
    Cursor const cursor{intent.type, std::string(RequestReader::id(intent.patient)),
                        std::string(RequestReader::id(intent.query_text)),
                        std::string(last.view.id()), shown};
    SALUS_TRY(auto const text, context.records.sealing().seal_cursor(permit.caller().facts().client,
                                                                     encode(cursor)));
    return context.tenant.fhir_base() + "/" + intent.type + "?_cursor=" + text;
}

}  // namespace

Result<std::vector<std::string>> live_matches(Context const& context,
                                              request::IntentFacts const& intent,
                                              std::size_t count) {
    SALUS_TRY(auto const candidates, find_candidates(context, intent));
    SALUS_TRY(auto const matches, matching(candidates, *intent.query));
    std::vector<std::string> ids;
    for (auto const& match : matches) {
        if (ids.size() == count) break;
        auto const id = match.view.id();
        SALUS_TRY(auto const current, context.records.current(intent.type, id));
        bool const live = current && current->state == store::VersionState::live &&
                          current->compartment == match.entry->compartment;
        if (live) ids.emplace_back(id);
    }
    return ids;
}

Result<request::Prepared> search(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const& query = *intent.query;
    SALUS_TRY(auto const candidates, find_candidates(context, intent));
    SALUS_TRY(auto const matches, matching(candidates, query));

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::searchset};
    if (query.total() != fhir::Total::none) bundle.total = matches.size();
    bundle.self_link = self_link(context, intent);
    bool const only_count = query.summary() == fhir::Summary::count || query.count() == 0;
    auto const begin = only_count ? matches.size() : page_start(intent, matches);
    auto const end = std::min(begin + query.count(), matches.size());
    for (auto i = begin; i < end; ++i) {
        SALUS_TRY_VOID(add_entry(context, intent, matches[i], prepared, bundle));
    }
    if (!only_count && end < matches.size()) {
        SALUS_TRY(bundle.next_link, next_link(context, permit, matches[end - 1], end));
    }
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
