#include "operations/find_matches.h"

#include <algorithm>

#include "fhir/compartment.h"
#include "foundation/check.h"
#include "operations/blind_tokens.h"
#include "operations/population_entries.h"

namespace salus::operations {
namespace {

using records::CompartmentIndex;
using records::CompartmentIndexPointer;
using records::OpenedIndexEntry;
using Rows = std::vector<fhir::EntryTable::Row>;

// What is asked of records here.
constexpr auto kSearch = request::Interaction::search_type;

// What a chain or _has follows from entries of one compartment.
class CompartmentLinks : public fhir::SearchLinks {
public:
    // `index`: of that compartment; nullptr: only shared resources can be followed.
    CompartmentLinks(Context const& context, fhir::SearchQuery const& query,
                     CompartmentIndexPointer index)
        : context_(context), query_(query), index_(std::move(index)) {}

    Result<std::span<fhir::EntryTable const>> beside(fhir::Type const& type) override {
        return index_ ? index_->tables(type) : std::span<fhir::EntryTable const>();
    }
    Result<std::span<fhir::EntryTable const>> shared(
        fhir::Type const& type, std::span<std::string_view const> ids) override {
        SALUS_TRY(auto found, find_shared(context_, kSearch, type, ids, query_.loaded()));
        if (!found) return std::span<fhir::EntryTable const>();
        looked_up_.push_back(std::move(found));
        return looked_up_.back()->tables(type);
    }

private:
    Context const& context_;
    fhir::SearchQuery const& query_;
    CompartmentIndexPointer index_;
    std::vector<CompartmentIndexPointer> looked_up_;
};

void add(FoundMatches& found, fhir::EntryTable const& table, Rows const& rows) {
    found.matches.reserve(found.matches.size() + rows.size());
    for (auto const row : rows) found.matches.push_back({&table, row});
}

Result<FoundMatches> search_compartment(Context const& context, fhir::SearchQuery const& query,
                                        CompartmentIndexPointer index) {
    FoundMatches found;
    CompartmentLinks links(context, query, index);
    for (auto const& table : index->tables()) {
        if (!query.covers(table.type())) continue;
        auto rows = table.rows();
        SALUS_TRY_VOID(query.retain(table, rows, links));
        add(found, table, rows);
    }
    found.indexes.push_back(std::move(index));
    return found;
}

// Of a few entries that were looked up each is searched beside what its own compartment holds.
Result<FoundMatches> search_found(Context const& context, fhir::SearchQuery const& query,
                                  std::vector<OpenedIndexEntry> entries) {
    FoundMatches found;
    SALUS_TRY(auto index, CompartmentIndex::make_of_some(std::move(entries), query.loaded()));
    found.indexes.push_back(index);
    for (auto const& table : index->tables(query.type())) {
        if (!query.follows_links()) {
            auto rows = table.rows();
            CompartmentLinks none(context, query, nullptr);
            SALUS_TRY_VOID(query.retain(table, rows, none));
            add(found, table, rows);
            continue;
        }
        for (auto const row : table.rows()) {
            SALUS_TRY(auto beside, context.records.index(kSearch, index->compartment(table, row),
                                                         query.loaded(), limits::kSharedSearched));
            CompartmentLinks links(context, query, std::move(beside));
            Rows one{row};
            SALUS_TRY_VOID(query.retain(table, one, links));
            add(found, table, one);
        }
    }
    return found;
}

std::optional<std::string> single_id(fhir::SearchQuery const& query) {
    for (auto const& clause : query.clauses()) {
        bool const plain =
            clause.modifier == fhir::SearchModifier::none && clause.kind == fhir::ClauseKind::plain;
        if (!plain || clause.name != "_id" || clause.criteria.size() != 1) continue;
        auto const* token = std::get_if<fhir::TokenCriterion>(&clause.criteria.front());
        if (token != nullptr && token->code) return token->code;
    }
    return std::nullopt;
}

Result<std::vector<OpenedIndexEntry>> look_up(Context const& context,
                                              std::span<BlindToken const> tokens,
                                              fhir::SearchQuery const& query) {
    std::vector<OpenedIndexEntry> entries;
    for (auto const& token : tokens) {
        SALUS_TRY(auto found, context.records.find(kSearch, token, query.loaded().get()));
        std::ranges::move(found, std::back_inserter(entries));
    }
    // One document may have several of the tokens.
    std::ranges::sort(entries, {}, &OpenedIndexEntry::address);
    auto const repeated = std::ranges::unique(entries, {}, &OpenedIndexEntry::address);
    entries.erase(repeated.begin(), repeated.end());
    return entries;
}

// The tokens of the identifier by which a chain names one patient: patient.identifier=system|value.
std::optional<std::vector<BlindToken>> patient_chained_to(records::Addressing const& addressing,
                                                          fhir::SearchQuery const& query) {
    auto const& patient = *fhir::find_resource_type("Patient");
    for (auto const& clause : query.clauses()) {
        bool const chained = clause.kind == fhir::ClauseKind::chain && clause.links.size() == 1 &&
                             clause.links.front().type == &patient;
        if (!chained) continue;
        if (auto tokens = identifier_tokens(addressing, patient, clause.links.front().clauses))
            return tokens;
    }
    return std::nullopt;
}

// A filter that says what is wanted, not only what is not.
bool says_what_is_wanted(fhir::SearchQuery const& query) {
    return std::ranges::any_of(query.clauses(), [](fhir::SearchClause const& clause) {
        return clause.modifier != fhir::SearchModifier::missing &&
               clause.modifier != fhir::SearchModifier::is_not && clause.name != "_lastUpdated";
    });
}

}  // namespace

CompartmentIndexPointer const& FoundMatches::index(fhir::SearchMatch const& match) const {
    auto const holds = [&](auto const& each) { return each->holds(*match.table); };
    auto const found = std::ranges::find_if(indexes, holds);
    SALUS_CHECK(found != indexes.end());
    return *found;
}

CompartmentId const& FoundMatches::compartment(fhir::SearchMatch const& match) const {
    return index(match)->compartment(*match.table, match.row);
}

Result<CompartmentIndexPointer> find_shared(Context const& context,
                                            request::Interaction interaction,
                                            fhir::Type const& type,
                                            std::span<std::string_view const> ids,
                                            fhir::LoadedParametersPointer const& loaded) {
    if (!fhir::is_shared_type(type)) return nullptr;
    if (ids.size() > limits::kSharedLookUps)
        return fail(Errc::too_large, "too many references to follow");
    auto const& addressing = context.records.addressing();
    std::vector<OpenedIndexEntry> entries;
    for (auto const id : ids) {
        SALUS_TRY(auto entry,
                  context.records.entry(interaction, addressing.address(type.name.text(), id),
                                        loaded.get()));
        bool const shared = entry && entry->compartment == addressing.shared_compartment();
        if (shared) entries.push_back(*std::move(entry));
    }
    if (entries.empty()) return nullptr;
    return CompartmentIndex::make_of_some(std::move(entries), loaded);
}

Result<FoundMatches> find_matches(Context const& context, fhir::SearchQuery const& query,
                                  std::optional<CompartmentId> const& compartment,
                                  request::Reach reach) {
    if (compartment) {
        SALUS_TRY(auto index, context.records.index(kSearch, *compartment, query.loaded()));
        return search_compartment(context, query, std::move(index));
    }
    auto const& addressing = context.records.addressing();
    if (auto const id = single_id(query)) {
        SALUS_TRY(auto entry,
                  context.records.entry(kSearch, addressing.address(query.type().name.text(), *id),
                                        query.loaded().get()));
        std::vector<OpenedIndexEntry> entries;
        if (entry) entries.push_back(*std::move(entry));
        return search_found(context, query, std::move(entries));
    }
    // Others have no tokens: among all patients they are looked through.
    bool const has_tokens = query.type().name == "Patient" || fhir::is_shared_type(query.type());
    bool const by_token = has_tokens || reach == request::Reach::named;
    if (auto const tokens = by_token ? tokens_for(addressing, query) : std::nullopt) {
        SALUS_TRY(auto entries, look_up(context, *tokens, query));
        return search_found(context, query, std::move(entries));
    }
    if (auto const tokens = patient_chained_to(addressing, query)) {
        SALUS_TRY(auto const patients, look_up(context, *tokens, query));
        if (patients.size() > 1) return fail(Errc::forbidden, "the search names several patients");
        if (patients.empty()) return search_found(context, query, {});
        SALUS_TRY(auto index,
                  context.records.index(kSearch, patients.front().compartment, query.loaded()));
        return search_compartment(context, query, std::move(index));
    }
    if (fhir::is_directory_type(query.type()) && says_what_is_wanted(query)) {
        SALUS_TRY(auto index, context.records.index(kSearch, addressing.shared_compartment(),
                                                    query.loaded(), limits::kSharedSearched));
        return search_compartment(context, query, std::move(index));
    }
    if (reach == request::Reach::population) {
        if (query.follows_links())
            return fail(Errc::forbidden, "a search of all patients follows no references");
        SALUS_TRY(auto entries, population_entries(context, query.type(), query.loaded().get()));
        return search_found(context, query, std::move(entries));
    }
    return fail(Errc::forbidden,
                "the search is too broad: name a patient (patient=ID, Patient/ID/TYPE), an _id, or "
                "an identifier; or for Patient, birthdate with a name, family or given of at least "
                "three letters");
}

Result<FoundMatches> find_matches(Context const& context, request::IntentFacts const& intent,
                                  request::Reach reach) {
    auto const& query = *intent.query;
    // By parameter, not by path: the query itself asks for what names the patient.
    bool const by_parameter = intent.compartment && intent.patient.empty();
    bool const shared =
        query.type().kind == fhir::TypeKind::resource && fhir::is_shared_type(query.type());
    if (!by_parameter || !shared) return find_matches(context, query, intent.compartment, reach);
    SALUS_TRY(auto index,
              context.records.index(kSearch, context.records.addressing().shared_compartment(),
                                    query.loaded(), limits::kSharedSearched));
    return search_compartment(context, query, std::move(index));
}

}  // namespace salus::operations
