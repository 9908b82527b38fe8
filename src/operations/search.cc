// https://hl7.org/fhir/R4/http.html#search
#include "operations/search.h"

#include "fhir/operation_outcome.h"
#include "operations/answers.h"
#include "operations/cursor.h"
#include "operations/include.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

enum class Role { match, included };

// An index entry that is shown.
struct Shown {
    fhir::SearchMatch match;
    records::CompartmentIndexPointer index;
    Role role;
};

// The resources behind index entries.
Result<void> add_entries(Context const& context, std::span<Shown const> shown,
                         request::Prepared& prepared, request::BundleContent& bundle) {
    std::vector<PermittedRecords::Wanted> wanted;
    wanted.reserve(shown.size());
    for (auto const& [match, index, role] : shown) {
        auto const interaction =
            role == Role::match ? request::Interaction::search_type : request::Interaction::read;
        wanted.push_back(
            {{match.type().name.text(), match.id(), index->address(*match.table, match.row)},
             interaction});
    }
    SALUS_TRY(auto documents, context.records.get_all(wanted));
    prepared.touched.reserve(shown.size());
    bundle.entries.reserve(shown.size());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        auto const& [match, index, role] = shown[i];
        auto& document = documents[i];
        // Deleted or moved between the index and here: no longer a match.
        if (!document || document->state != store::VersionState::live) continue;
        if (document->compartment != index->compartment(*match.table, match.row)) continue;
        auto const type = std::string(match.type().name.text());
        prepared.touched.push_back(touched_by_reading(context, type, *document));
        request::EntryContent entry;
        entry.full_url = context.tenant.fhir_base() + "/" + type + "/" + std::string(match.id());
        entry.type = type;
        entry.text = std::move(document->text);
        entry.version = document->version;
        entry.included = role == Role::included;
        bundle.entries.push_back(std::move(entry));
    }
    return {};
}

// What was asked, as it was asked: [base]/[type]?... or [base]/Patient/[id]/[type or *]?...
EphiText self_link(Context const& context, request::IntentFacts const& intent) {
    std::string url = context.tenant.fhir_base() + "/";
    auto const patient = RequestReader::id(intent.patient);
    if (!patient.empty()) url.append("Patient/").append(patient).append("/");
    url.append(intent.type.empty() ? "*" : intent.type);
    auto const query = RequestReader::id(intent.query_text);
    if (!query.empty()) url.append("?").append(query);
    return EphiText(std::move(url));
}

Result<std::string> next_link(Context const& context, request::Permit const& permit,
                              fhir::SearchPlace const& last) {
    auto const& intent = permit.intent();
    Cursor const cursor{intent.type, std::string(RequestReader::id(intent.patient)),
                        std::string(RequestReader::id(intent.query_text)), fhir::encode(last)};
    auto const plain = encode(cursor);
    if (plain.size() > limits::kCursorBytes)
        return fail(Errc::too_large, "the search is too long to be shown in pages");
    SALUS_TRY(auto const text,
              context.records.sealing().seal_cursor(permit.caller().facts().client, plain));
    auto url = context.tenant.fhir_base();
    if (!intent.type.empty()) url.append("/").append(intent.type);
    return url.append("?_cursor=").append(text);
}

// Matches, then what comes along with them.
Result<void> add_page(Context const& context, request::Permit const& permit,
                      FoundMatches const& found, fhir::SearchPage const& page,
                      request::Prepared& prepared, request::BundleContent& bundle) {
    std::vector<Shown> shown;
    shown.reserve(page.matches.size());
    for (auto const& match : page.matches)
        shown.push_back({match, found.index(match), Role::match});
    SALUS_TRY(auto const included, find_included(context, permit, found, page.matches));
    for (auto const& [match, index] : included) shown.push_back({match, index, Role::included});
    return add_entries(context, shown, prepared, bundle);
}

}  // namespace

Result<std::vector<std::string>> live_matches(Context const& context,
                                              request::IntentFacts const& intent,
                                              std::size_t count) {
    SALUS_TRY(auto const found, find_matches(context, intent, request::Reach::named));
    std::vector<std::string> ids;
    for (auto const& match : found.matches) {
        if (ids.size() == count) break;
        auto const id = match.id();
        SALUS_TRY(auto const current, context.records.current(intent.interaction, intent.type, id));
        bool const live = current && current->state == store::VersionState::live &&
                          current->compartment == found.compartment(match);
        if (live) ids.emplace_back(id);
    }
    return ids;
}

Result<request::Prepared> search(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const& query = *intent.query;
    SALUS_TRY(auto found, find_matches(context, intent, permit.reach()));
    // Of all types those that the caller may not see are neither shown nor counted.
    std::erase_if(found.matches, [&](fhir::SearchMatch const& match) {
        if (&match.type() == &query.type()) return false;
        auto const type = match.type().name.text();
        return type != intent.type && permit.elements_of_type(type) == nullptr;
    });

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::searchset};
    if (query.total() != fhir::Total::none) bundle.total = found.matches.size();
    bundle.self_link = self_link(context, intent);
    if (intent.parameters_ignored) {
        bundle.outcome = fhir::operation_outcome_warning(
            "a search parameter was not known and was not applied; the self link shows the rest");
    }
    bool const only_count = query.summary() == fhir::Summary::count || query.count() == 0;
    if (!only_count) {
        auto const* after = intent.after ? &*intent.after : nullptr;
        auto const page = fhir::page_of(query, found.matches, after, query.count());
        SALUS_TRY_VOID(add_page(context, permit, found, page, prepared, bundle));
        if (page.last) {
            SALUS_TRY(bundle.next_link, next_link(context, permit, *page.last));
        }
    }
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
