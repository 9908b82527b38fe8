#include "fhir/search.h"

#include <algorithm>

#include "fhir/search_match.h"
#include "fhir/search_names.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

using Row = EntryTable::Row;
using Rows = std::vector<Row>;
using Column = EntryTable::Column;

// A query over all types finds each type's own parameter by its name.
Column column_of(EntryTable const& table, ParameterName name, ColumnSide side) {
    auto const* parameter = table.parameters().find(name.text());
    return parameter == nullptr ? Column() : table.column(*parameter, side);
}

bool is_id(SearchClause const& clause) {
    return clause.name == Literal("_id");
}
bool is_last_updated(SearchClause const& clause) {
    return clause.name == Literal("_lastUpdated");
}

// Every entry has an id and a time.
void keep_by_own_fields(SearchClause const& clause, EntryTable const& table, Rows& rows) {
    if (clause.modifier == SearchModifier::missing) {
        if (std::get<bool>(clause.criteria.front())) rows.clear();
        return;
    }
    bool const negated = clause.modifier == SearchModifier::is_not;
    std::erase_if(rows, [&](Row row) {
        bool const found = is_id(clause) ? id_matches(clause, table.id(row))
                                         : time_matches(clause, table.last_updated(row));
        return found == negated;
    });
}

// Rows whose list is found, or is not.
template <class Find>
void keep_found(Column const& column, bool negated, Rows& rows, Find find) {
    column.with_lists([&](auto list_of) {
        // Each row is written, whether it stays or not: what stays cannot be foretold, and a branch
        // that is foretold wrongly costs more.
        auto kept = rows.begin();
        for (auto const row : rows) {
            auto const list = list_of(row);
            *kept = row;
            kept += (list != 0 && find(list)) != negated ? 1 : 0;
        }
        rows.erase(kept, rows.end());
    });
}

// What a clause compares dates with, if that is one criterion.
DateCriterion const* only_date_of(SearchClause const& clause) {
    return clause.criteria.size() == 1 ? std::get_if<DateCriterion>(&clause.criteria.front())
                                       : nullptr;
}

void keep_by_values(SearchClause const& clause, EntryTable const& table, Rows& rows) {
    if (is_id(clause) || is_last_updated(clause)) return keep_by_own_fields(clause, table, rows);
    auto const values = column_of(table, clause.name, ColumnSide::values);
    auto const beside = column_of(table, clause.name, ColumnSide::beside);
    if (clause.modifier == SearchModifier::missing) {
        bool const missing = std::get<bool>(clause.criteria.front());
        // Beside security labels stands what codes imply, which nobody searches by.
        bool const counts_beside = clause.name.text() != kSecurityParameter;
        std::erase_if(rows, [&](Row row) {
            return (values.has(row) || (counts_beside && beside.has(row))) == missing;
        });
        return;
    }
    bool const looks_beside =
        clause.modifier == SearchModifier::of_type || clause.modifier == SearchModifier::identifier;
    auto const& column = looks_beside ? beside : values;
    bool const negated = clause.modifier == SearchModifier::is_not;
    if (auto const* date = only_date_of(clause)) {
        // Nearly every row has a date of its own: nothing is to be remembered of it.
        return keep_found(column, negated, rows, [&](EntryTable::ListNumber number) {
            auto const list = table.list_bytes(number);
            auto const only = only_date(list);
            return only ? date_matches(*date, *only) : any_value_matches(clause, list);
        });
    }
    ListVerdicts verdicts(table);
    keep_found(column, negated, rows, [&](EntryTable::ListNumber number) {
        return verdicts.of(number,
                           [&] { return any_value_matches(clause, table.list_bytes(number)); });
    });
}

Result<void> retain_all(std::span<SearchClause const> clauses, EntryTable const& table, Rows& rows,
                        SearchLinks& links);

// A table with marks on the rows that a link's clauses keep.
struct MarkedTable {
    EntryTable const* table;
    std::vector<bool> marks;
};
using MarkedTables = std::vector<MarkedTable>;

Result<MarkedTables> mark(ChainLink const& link, std::span<EntryTable const> tables,
                          SearchLinks& links) {
    MarkedTables marked;
    for (auto const& table : tables) {
        auto rows = table.rows();
        SALUS_TRY_VOID(retain_all(link.clauses, table, rows, links));
        std::vector<bool> marks(table.size());
        for (auto const row : rows) marks[row] = true;
        marked.push_back({&table, std::move(marks)});
    }
    return marked;
}

// "Type/id" of this type, without the type; empty for others.
std::string_view id_in(std::string_view reference, Type const& type) {
    auto const name = type.name.text();
    bool const fits = reference.size() > name.size() && reference.starts_with(name) &&
                      reference[name.size()] == '/';
    return fits ? reference.substr(name.size() + 1) : std::string_view();
}

// The ids of one link's targets that match: of those beside the searched entries, and of shared
// resources that the searched entries name.
class LinkTargets {
public:
    LinkTargets(ChainLink const& link, SearchLinks& links) : link_(link), links_(links) {}

    [[nodiscard]] Result<void> evaluate(Column const& references, Rows const& rows) {
        SALUS_TRY(auto const beside, links_.beside(*link_.type));
        SALUS_TRY(beside_, mark(link_, beside, links_));
        std::vector<std::string_view> elsewhere;
        for (auto const row : rows) {
            auto list = references.find(row);
            while (list && list->left() > 0) {
                auto const id = id_in(list->text(), *link_.type);
                if (!id.empty() && !found(beside_, id)) elsewhere.push_back(id);
            }
        }
        std::ranges::sort(elsewhere);
        auto const repeated = std::ranges::unique(elsewhere);
        elsewhere.erase(repeated.begin(), repeated.end());
        if (elsewhere.empty()) return {};
        SALUS_TRY(auto const shared, links_.shared(*link_.type, elsewhere));
        SALUS_TRY(shared_, mark(link_, shared, links_));
        return {};
    }

    [[nodiscard]] bool holds(std::string_view reference) const {
        auto const id = id_in(reference, *link_.type);
        return !id.empty() &&
               (found(beside_, id).value_or(false) || found(shared_, id).value_or(false));
    }

private:
    // Whether the entry of this id is marked; nothing if there is none.
    static std::optional<bool> found(MarkedTables const& tables, std::string_view id) {
        for (auto const& [table, marks] : tables) {
            if (auto const row = table->find(id)) return marks[*row];
        }
        return std::nullopt;
    }

    ChainLink const& link_;
    SearchLinks& links_;
    MarkedTables beside_;
    MarkedTables shared_;
};

Result<void> keep_by_chain(SearchClause const& clause, EntryTable const& table, Rows& rows,
                           SearchLinks& links) {
    auto const references = column_of(table, clause.name, ColumnSide::values);
    std::vector<LinkTargets> targets;
    for (auto const& link : clause.links) {
        targets.emplace_back(link, links);
        SALUS_TRY_VOID(targets.back().evaluate(references, rows));
    }
    auto const leads_to_one = [&](std::string_view reference) {
        return std::ranges::any_of(
            targets, [&](LinkTargets const& target) { return target.holds(reference); });
    };
    ListVerdicts verdicts(table);
    std::erase_if(rows, [&](Row row) {
        auto const number = references.list(row);
        return !verdicts.of(number, [&] {
            auto list = table.values(number);
            while (list && list->left() > 0) {
                if (leads_to_one(list->text())) return true;
            }
            return false;
        });
    });
    return {};
}

Result<void> keep_by_has(SearchClause const& clause, EntryTable const& table, Rows& rows,
                         SearchLinks& links) {
    auto const& link = clause.links.front();
    SALUS_TRY(auto const sources, links.beside(*link.type));
    SALUS_TRY(auto const marked, mark(link, sources, links));
    std::vector<std::string_view> ids;
    for (auto const& [source, marks] : marked) {
        auto const references = column_of(*source, clause.name, ColumnSide::values);
        for (Row row = 0; row < source->size(); ++row) {
            auto list = marks[row] ? references.find(row) : std::nullopt;
            while (list && list->left() > 0) ids.push_back(id_in(list->text(), table.type()));
        }
    }
    std::ranges::sort(ids);
    std::erase_if(rows, [&](Row row) { return !std::ranges::binary_search(ids, table.id(row)); });
    return {};
}

// What costs least comes first: links are followed only for what the values leave.
Result<void> retain_all(std::span<SearchClause const> clauses, EntryTable const& table, Rows& rows,
                        SearchLinks& links) {
    for (auto const& clause : clauses) {
        if (clause.kind == ClauseKind::plain) keep_by_values(clause, table, rows);
    }
    for (auto const& clause : clauses) {
        if (rows.empty()) return {};
        if (clause.kind == ClauseKind::chain) {
            SALUS_TRY_VOID(keep_by_chain(clause, table, rows, links));
        } else if (clause.kind == ClauseKind::has) {
            SALUS_TRY_VOID(keep_by_has(clause, table, rows, links));
        }
    }
    return {};
}

void add_read(std::vector<SearchRead>& reads, Type const& type, ParameterName name,
              LoadedParameters const* loaded) {
    auto const known = find_known(type, name.text(), loaded);
    if (known) reads.push_back({&type, known->parameter});
}

void add_reads(std::vector<SearchRead>& reads, Type const& type, SearchClause const& clause,
               LoadedParameters const* loaded) {
    bool const reversed = clause.kind == ClauseKind::has;
    add_read(reads, reversed ? *clause.links.front().type : type, clause.name, loaded);
    for (auto const& link : clause.links) {
        for (auto const& followed : link.clauses) add_reads(reads, *link.type, followed, loaded);
    }
}

}  // namespace

SearchQuery::SearchQuery(Type const& type, LoadedParametersPointer loaded)
    : type_(&type), loaded_(std::move(loaded)), count_(limits::kPageSize) {}

std::vector<SearchRead> SearchQuery::reads() const {
    std::vector<SearchRead> all;
    for (auto const& clause : clauses_) add_reads(all, *type_, clause, loaded_.get());
    for (auto const& key : sort_keys_) add_read(all, *type_, key.name, loaded_.get());
    for (auto const& include : includes_) {
        TypeParameters const parameters(*include.source, loaded_.get());
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            auto const& parameter = parameters.at(i);
            bool const followed = include.parameter == nullptr
                                      ? parameter.type == ParameterType::reference
                                      : &parameter == include.parameter;
            if (followed && parameter.offered()) all.push_back({include.source, &parameter});
        }
    }
    return all;
}

bool SearchQuery::covers(Type const& type) const noexcept {
    if (type_->kind != TypeKind::any_resource) return type_ == &type;
    return types_.empty() || std::ranges::find(types_, &type) != types_.end();
}

bool SearchQuery::follows_links() const noexcept {
    return std::ranges::any_of(clauses_,
                               [](auto const& each) { return each.kind != ClauseKind::plain; });
}

Result<void> SearchQuery::retain(EntryTable const& table, std::vector<EntryTable::Row>& rows,
                                 SearchLinks& links) const {
    return retain_all(clauses_, table, rows, links);
}

}  // namespace salus::fhir
