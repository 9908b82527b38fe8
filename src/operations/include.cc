// https://hl7.org/fhir/R4/search.html#include
#include "operations/include.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "fhir/reference.h"

namespace salus::operations {
namespace {

using fhir::Include;
using fhir::IncludeDirection;
using records::CompartmentIndexPointer;
using records::IndexScope;

std::string name_of(fhir::EntryView const& entry) {
    return std::string(entry.type()) + "/" + std::string(entry.id());
}

class Inclusions {
public:
    Inclusions(Context const& context, request::Permit const& permit)
        : context_(context), permit_(permit) {}

    void shown(fhir::SearchMatch const& match) { seen_.insert(name_of(match.entry())); }
    // What `include` brings for one resource goes to the end of the list.
    Result<void> follow(Include const& include, Inclusion const& from) {
        if (include.direction == IncludeDirection::reverse) return follow_back(include, from);
        if (&from.match.table->type() != include.source) return {};
        for (auto const& parameter : include.source->search_parameters) {
            if (!follows(include, parameter)) continue;
            auto list = values_of(from.match, parameter);
            while (list && list->left() > 0)
                SALUS_TRY_VOID(add_reference(include, from, list->text()));
        }
        return {};
    }
    [[nodiscard]] std::vector<Inclusion> const& all() const noexcept { return all_; }
    [[nodiscard]] std::vector<Inclusion> take() && { return std::move(all_); }

private:
    static bool follows(Include const& include, fhir::SearchParameter const& parameter) {
        if (include.parameter != nullptr) return include.parameter == &parameter;
        return parameter.type == fhir::ParameterType::reference && parameter.offered();
    }
    static std::optional<fhir::ValueReader> values_of(fhir::SearchMatch const& match,
                                                      fhir::SearchParameter const& parameter) {
        return match.table->column(parameter, fhir::ColumnSide::values).find(match.row);
    }

    Result<void> add(Inclusion inclusion) {
        if (!seen_.insert(name_of(inclusion.match.entry())).second) return {};
        if (all_.size() >= limits::kIncludedEntries)
            return fail(Errc::too_large, "too many resources to include: ask for fewer at a time");
        all_.push_back(std::move(inclusion));
        return {};
    }

    Result<void> add_reference(Include const& include, Inclusion const& from,
                               std::string_view reference) {
        auto const local = fhir::parse_local_reference(reference);
        if (!local || (include.target != nullptr && include.target != local->type)) return {};
        if (permit_.elements_of_type(local->type->name.text()) == nullptr) return {};
        if (seen_.contains(std::string(reference))) return {};
        auto const* beside = from.index->scope() == IndexScope::compartment
                                 ? from.index->table(*local->type)
                                 : nullptr;
        if (auto const row = beside == nullptr ? std::nullopt : beside->find(local->id))
            return add({{beside, *row}, from.index});
        std::array const ids{local->id};
        SALUS_TRY(auto shared, find_shared(context_, *local->type, ids));
        if (!shared) return {};
        auto const* table = shared->table(*local->type);
        return add({{table, 0}, std::move(shared)});
    }

    // Resources beside this one that refer to it.
    Result<void> follow_back(Include const& include, Inclusion const& from) {
        auto const& type = from.match.table->type();
        if (include.target != nullptr && include.target != &type) return {};
        if (permit_.elements_of_type(include.source->name.text()) == nullptr) return {};
        auto const* sources = from.index->scope() == IndexScope::compartment
                                  ? from.index->table(*include.source)
                                  : nullptr;
        if (sources == nullptr) return {};
        auto const wanted = name_of(from.match.entry());
        for (auto const& parameter : include.source->search_parameters) {
            if (!follows(include, parameter)) continue;
            auto const column = sources->column(parameter, fhir::ColumnSide::values);
            for (fhir::EntryTable::Row row = 0; row < sources->size(); ++row) {
                auto list = column.find(row);
                bool refers = false;
                while (list && list->left() > 0) refers = list->text() == wanted || refers;
                if (refers) SALUS_TRY_VOID(add({{sources, row}, from.index}));
            }
        }
        return {};
    }

    Context const& context_;
    request::Permit const& permit_;
    std::unordered_set<std::string> seen_;
    std::vector<Inclusion> all_;
};

// A match with the index of the compartment it stands in.
Result<Inclusion> beside_its_own(Context const& context, FoundMatches const& found,
                                 fhir::SearchMatch const& match) {
    auto const& front = found.indexes.front();
    if (front->scope() == IndexScope::compartment) return Inclusion{match, front};
    auto const& opened = found.opened(match);
    SALUS_TRY(auto index, context.records.index(opened.compartment, limits::kSharedSearched));
    return Inclusion{match, std::move(index)};
}

}  // namespace

Result<std::vector<Inclusion>> find_included(Context const& context, request::Permit const& permit,
                                             FoundMatches const& found,
                                             std::span<fhir::SearchMatch const> page) {
    auto const includes = permit.intent().query->includes();
    if (includes.empty() || page.empty()) return std::vector<Inclusion>();
    Inclusions inclusions(context, permit);
    for (auto const& match : page) inclusions.shown(match);
    for (auto const& match : page) {
        SALUS_TRY(auto const from, beside_its_own(context, found, match));
        for (auto const& include : includes) SALUS_TRY_VOID(inclusions.follow(include, from));
    }
    // :iterate follows from what came along too, a bounded number of times.
    std::size_t begin = 0;
    for (std::size_t round = 0; round < limits::kIncludeRounds; ++round) {
        auto const end = inclusions.all().size();
        for (; begin < end; ++begin) {
            auto const from = inclusions.all()[begin];
            for (auto const& include : includes) {
                if (include.iterate) SALUS_TRY_VOID(inclusions.follow(include, from));
            }
        }
    }
    return std::move(inclusions).take();
}

}  // namespace salus::operations
