// https://hl7.org/fhir/R4/search.html#include
#include "operations/include.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "fhir/reference.h"

namespace salus::operations {
namespace {

using fhir::Include;
using fhir::IncludeDirection;
using records::CompartmentIndexPointer;
using records::IndexScope;
using request::Interaction;

std::string name_of(fhir::SearchMatch const& match) {
    return std::string(match.type().name.text()) + "/" + std::string(match.id());
}

class Inclusions {
public:
    Inclusions(Context const& context, request::Permit const& permit)
        : context_(context), permit_(permit) {}

    void shown(fhir::SearchMatch const& match) { seen_.insert(name_of(match)); }
    // What `include` brings for one resource goes to the end of the list.
    Result<void> follow(Include const& include, Inclusion const& from) {
        if (include.direction == IncludeDirection::reverse) return follow_back(include, from);
        if (&from.match.table->type() != include.source) return {};
        auto const& parameters = from.match.table->parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            auto const& parameter = parameters.at(i);
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
    [[nodiscard]] fhir::LoadedParametersPointer const& loaded() const {
        return permit_.intent().query->loaded();
    }
    static bool follows(Include const& include, fhir::SearchParameter const& parameter) {
        if (include.parameter != nullptr) return include.parameter == &parameter;
        return parameter.type == fhir::ParameterType::reference && parameter.offered();
    }
    static std::optional<fhir::ValueReader> values_of(fhir::SearchMatch const& match,
                                                      fhir::SearchParameter const& parameter) {
        return match.table->column(parameter, fhir::ColumnSide::values).find(match.row);
    }

    // The entries of a type in the compartment that leads there.
    static std::span<fhir::EntryTable const> beside(Inclusion const& from, fhir::Type const& type) {
        if (from.index->scope() != IndexScope::compartment) return {};
        return from.index->tables(type);
    }

    Result<void> add(Inclusion inclusion) {
        if (!seen_.insert(name_of(inclusion.match)).second) return {};
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
        for (auto const& table : beside(from, *local->type)) {
            if (auto const row = table.find(local->id)) return add({{&table, *row}, from.index});
        }
        std::array const ids{local->id};
        SALUS_TRY(auto shared,
                  find_shared(context_, Interaction::read, *local->type, ids, loaded()));
        if (!shared) return {};
        auto const* table = &shared->tables(*local->type).front();
        return add({{table, 0}, std::move(shared)});
    }

    // Resources beside this one that refer to it.
    Result<void> follow_back(Include const& include, Inclusion const& from) {
        auto const& type = from.match.table->type();
        if (include.target != nullptr && include.target != &type) return {};
        if (permit_.elements_of_type(include.source->name.text()) == nullptr) return {};
        auto const wanted = name_of(from.match);
        fhir::TypeParameters const parameters(*include.source, loaded().get());
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            auto const& parameter = parameters.at(i);
            if (!follows(include, parameter)) continue;
            for (auto const& table : beside(from, *include.source))
                SALUS_TRY_VOID(add_referring(table, parameter, wanted, from));
        }
        return {};
    }
    Result<void> add_referring(fhir::EntryTable const& table,
                               fhir::SearchParameter const& parameter, std::string_view wanted,
                               Inclusion const& from) {
        auto const column = table.column(parameter, fhir::ColumnSide::values);
        fhir::ListVerdicts verdicts(table);
        for (auto const row : table.rows()) {
            auto const number = column.list(row);
            bool const refers = verdicts.of(number, [&] {
                auto list = table.values(number);
                while (list && list->left() > 0) {
                    if (list->text() == wanted) return true;
                }
                return false;
            });
            if (refers) SALUS_TRY_VOID(add({{&table, row}, from.index}));
        }
        return {};
    }

    Context const& context_;
    request::Permit const& permit_;
    std::unordered_set<std::string> seen_;
    std::vector<Inclusion> all_;
};

// A match with the index of what may come along with it out of the compartment it stands in: for
// that, reading must be permitted, where a match was searched for.
class OwnCompartments {
public:
    OwnCompartments(Context const& context, FoundMatches const& found)
        : context_(context), found_(found) {}

    Result<Inclusion> beside(fhir::SearchMatch const& match) {
        auto const& front = found_.indexes.front();
        bool const whole = front->scope() == IndexScope::compartment;
        if (whole && !context_.records.constrained()) return Inclusion{match, front};
        auto& index = opened_[found_.compartment(match)];
        if (index) return Inclusion{match, index};
        auto const largest =
            whole ? std::numeric_limits<std::size_t>::max() : limits::kSharedSearched;
        SALUS_TRY(index, context_.records.index(Interaction::read, found_.compartment(match),
                                                front->loaded(), largest));
        return Inclusion{match, index};
    }

private:
    Context const& context_;
    FoundMatches const& found_;
    std::unordered_map<CompartmentId, CompartmentIndexPointer> opened_;
};

}  // namespace

Result<std::vector<Inclusion>> find_included(Context const& context, request::Permit const& permit,
                                             FoundMatches const& found,
                                             std::span<fhir::SearchMatch const> page) {
    auto const includes = permit.intent().query->includes();
    if (includes.empty() || page.empty()) return std::vector<Inclusion>();
    Inclusions inclusions(context, permit);
    for (auto const& match : page) inclusions.shown(match);
    OwnCompartments compartments(context, found);
    for (auto const& match : page) {
        SALUS_TRY(auto const from, compartments.beside(match));
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
