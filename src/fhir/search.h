// Search inside a compartment (https://hl7.org/fhir/R4/search.html), strict: a parameter, modifier,
// prefix or value that is not understood refuses the search, because a filter that is silently
// dropped widens what is disclosed.
//
// Supported: token (code, system|code, |code, system|; :not), date (eq ne lt gt le ge sa eb ap),
// string (starts with; :exact, :contains), reference (Type/id, id, absolute address; :Type), uri
// (equal; :below), :missing on all; alternatives by comma, with \, \| \$ \\ escapes; repetition
// means and; _id, _lastUpdated, _sort, _count, _total, _summary, _elements (also called fields),
// _format. Not supported, and refused: chains, _has, _include, _filter, composites, quantities.
//
// The values are ePHI as the resources are; a query never appears in an error.
// Thread safety: a query is immutable.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/index_entry.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::fhir {

enum class SearchModifier : std::uint8_t { none, missing, is_not, exact, contains, below };
enum class DatePrefix : std::uint8_t { eq, ne, lt, gt, le, ge, sa, eb, ap };
enum class Summary : std::uint8_t { no, yes, text, data, count };
enum class Total : std::uint8_t { unspecified, none, estimate, accurate };

struct TokenCriterion {
    std::optional<std::string> system;  // nothing: any; empty: none
    std::optional<std::string> code;    // nothing: any of the system
};
struct DateCriterion {
    DatePrefix prefix;
    TimeRange range;  // of ap: already widened
};
struct TextCriterion {
    std::string text;  // folded, unless the modifier is exact or the parameter a uri
};
struct ReferenceCriterion {
    std::string text;  // Type/id or an absolute address; or only an id
    bool id_only;
};
using Criterion =
    std::variant<TokenCriterion, DateCriterion, TextCriterion, ReferenceCriterion, bool>;

// Matches if one of the criteria does. With :missing there is one criterion, a bool.
struct SearchClause {
    Literal name;
    ParameterType type;
    SearchModifier modifier;
    std::vector<Criterion> criteria;
};

struct SortKey {
    Literal name;
    ParameterType type;
    bool descending;
};

class SearchQuery {
public:
    // As decoded from the query string or form, in order.
    using Parameter = std::pair<std::string, std::string>;

    // Errc::invalid with the parameter's name as Location, where it has a known one;
    // Errc::not_acceptable for a _format other than JSON; Errc::too_large beyond the bounds.
    // `now` is what ap (approximately) is measured from. `type` must be a resource type.
    [[nodiscard]] static Result<SearchQuery> parse(Type const& type,
                                                   std::span<Parameter const> parameters,
                                                   WallTime now);

    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    // What is filtered by: the policy decides on these names (search must not reveal what may not
    // be read), and on the names sorted by.
    [[nodiscard]] std::span<SearchClause const> clauses() const noexcept { return clauses_; }
    [[nodiscard]] std::span<SortKey const> sort_keys() const noexcept { return sort_keys_; }

    // An entry of another type never matches.
    [[nodiscard]] bool matches(EntryView const& entry) const noexcept;
    // A strict order over entries of one search: the sort keys, then the id. An entry without a
    // value comes last in either direction.
    [[nodiscard]] bool before(EntryView const& a, EntryView const& b) const noexcept;

    // Entries on a page, at most limits::kPageSizeLargest. 0 asks for the number only.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] Total total() const noexcept { return total_; }
    [[nodiscard]] Summary summary() const noexcept { return summary_; }
    // Top-level elements asked for by their JSON names, choices spelled out; empty: all.
    [[nodiscard]] std::span<Literal const> elements() const noexcept { return elements_; }

private:
    friend class SearchParser;
    explicit SearchQuery(Type const& type);

    Type const* type_;
    std::vector<SearchClause> clauses_;
    std::vector<SortKey> sort_keys_;
    std::vector<Literal> elements_;
    std::size_t count_;
    Total total_ = Total::unspecified;
    Summary summary_ = Summary::no;
};

}  // namespace salus::fhir
