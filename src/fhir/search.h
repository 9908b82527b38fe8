// Search (https://hl7.org/fhir/R4/search.html), strict: a parameter, modifier, prefix or value that
// is not understood refuses the search, because a filter that is silently dropped widens what is
// disclosed. With Handling::lenient parameters of unknown name are left out, and ignored() says so.
//
// Supported: token (code, system|code, |code, system|; :not, :of-type), date, number and quantity
// (eq ne lt gt le ge sa eb ap), string (starts with; :exact, :contains), reference (Type/id, id,
// absolute address; :Type, :identifier), uri (equal; :below, :above), composite (a$b), :missing on
// all; alternatives by comma, with \, \| \$ \\ escapes; repetition means and; chains, _has,
// _include and _revinclude (:iterate); _id, _lastUpdated, _sort, _count, _total, _summary,
// _elements (also called fields), _format. What FHIR defines beyond that is refused as not offered.
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

#include "fhir/decimal.h"
#include "fhir/definitions.h"
#include "fhir/entry_table.h"
#include "fhir/search_vocabulary.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::fhir {

enum class Summary : std::uint8_t { no, yes, text, data, count };
enum class Total : std::uint8_t { unspecified, none, estimate, accurate };
enum class Handling : std::uint8_t { strict, lenient };

struct TokenCriterion {
    std::optional<std::string> system;  // nothing: any; empty: none
    std::optional<std::string> code;    // nothing: any of the system
};
struct DateCriterion {
    SearchPrefix prefix;
    TimeRange range;  // of ap: already widened
};
struct TextCriterion {
    std::string text;  // folded, unless the modifier is exact or the parameter a uri
};
struct ReferenceCriterion {
    std::string text;  // Type/id or an absolute address; or only an id
    bool id_only;
};
struct NumberCriterion {
    SearchPrefix prefix;
    std::string exact;   // decimal key
    DecimalRange range;  // what its digits imply; of ap: a tenth to either side
};
struct QuantityCriterion {
    NumberCriterion number;
    std::optional<std::string> system;
    std::optional<std::string> code;
    bool or_unit;  // no system was given: the code may stand in the unit
};
struct ComponentCriterion;
struct CompositeCriterion {
    std::vector<ComponentCriterion> components;
};
using Criterion = std::variant<TokenCriterion, DateCriterion, TextCriterion, ReferenceCriterion,
                               NumberCriterion, QuantityCriterion, CompositeCriterion, bool>;
struct ComponentCriterion {
    ParameterType type;
    std::vector<Criterion> one;  // one: what it is to match
};

// What a clause compares: values of the resource; values of a resource that it refers to (a chain);
// or values of one that refers to it (_has).
enum class ClauseKind : std::uint8_t { plain, chain, has };

struct SearchClause;

struct ChainLink {
    Type const* type;  // that is referred to; of _has, that refers
    std::vector<SearchClause> clauses;
};

// Matches if one of the criteria does. With :missing there is one criterion, a bool. A chain
// matches if one of its links does; _has has one link.
struct SearchClause {
    ParameterName name;  // of the parameter; of a chain or _has, of its reference
    ParameterType type;
    SearchModifier modifier;
    std::vector<Criterion> criteria;
    ClauseKind kind = ClauseKind::plain;
    std::vector<ChainLink> links{};
};

struct SortKey {
    ParameterName name;
    ParameterType type;
    bool descending;
};

enum class IncludeDirection : std::uint8_t { forward, reverse };

// https://hl7.org/fhir/R4/search.html#include
struct Include {
    IncludeDirection direction;
    bool iterate;
    Type const* source;
    SearchParameter const* parameter;  // nullptr: every reference parameter of the source
    Type const* target;                // nullptr: any
};

// A parameter of a type that the query looks at; nullptr: _id or _lastUpdated.
struct SearchRead {
    Type const* type;
    SearchParameter const* parameter;
};

// What chains and _has follow. Its answers live as long as it does.
class SearchLinks {
public:
    virtual ~SearchLinks() = default;
    // All entries of a type that stand beside those searched, in one table or several.
    [[nodiscard]] virtual Result<std::span<EntryTable const>> beside(Type const& type) = 0;
    // Those of these ids that no patient's compartment holds.
    [[nodiscard]] virtual Result<std::span<EntryTable const>> shared(
        Type const& type, std::span<std::string_view const> ids) = 0;
};

class SearchQuery {
public:
    // As decoded from the query string or form, in order.
    using Parameter = std::pair<std::string, std::string>;

    // Errc::invalid with the parameter's name as Location, where it has a known one;
    // Errc::not_supported for what FHIR defines and is not offered; Errc::not_acceptable for a
    // _format other than JSON; Errc::too_large beyond the bounds. `now` is what ap (approximately)
    // is measured from. `type` is a resource type, or Resource for all of them. `loaded`: of
    // packages, as the index must have been made that is searched; nullptr: none.
    [[nodiscard]] static Result<SearchQuery> parse(Type const& type,
                                                   std::span<Parameter const> parameters,
                                                   WallTime now,
                                                   Handling handling = Handling::strict,
                                                   LoadedParametersPointer loaded = nullptr);

    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    // What it was parsed with, and what every index has to be opened with that it searches.
    [[nodiscard]] LoadedParametersPointer const& loaded() const noexcept { return loaded_; }
    [[nodiscard]] std::span<SearchClause const> clauses() const noexcept { return clauses_; }
    [[nodiscard]] std::span<SortKey const> sort_keys() const noexcept { return sort_keys_; }
    [[nodiscard]] std::span<Include const> includes() const noexcept { return includes_; }
    // All that filters, sorts and includes look at: the policy decides on it, because search must
    // not reveal what may not be read.
    [[nodiscard]] std::vector<SearchRead> reads() const;
    // Whether a clause looks beyond the searched entries.
    [[nodiscard]] bool follows_links() const noexcept;

    // Keeps those rows that match.
    [[nodiscard]] Result<void> retain(EntryTable const& table, std::vector<EntryTable::Row>& rows,
                                      SearchLinks& links) const;

    // Entries on a page, at most limits::kPageSizeLargest. 0 asks for the number only.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] Total total() const noexcept { return total_; }
    [[nodiscard]] Summary summary() const noexcept { return summary_; }
    // Of a query over all types: only these; none: all (_type).
    [[nodiscard]] std::span<Type const* const> types() const noexcept { return types_; }
    // Whether entries of this type are searched.
    [[nodiscard]] bool covers(Type const& type) const noexcept;
    // Top-level elements asked for by their JSON names, choices spelled out; empty: all.
    [[nodiscard]] std::span<Literal const> elements() const noexcept { return elements_; }
    // Positions of the parameters that lenient handling left out.
    [[nodiscard]] std::span<std::size_t const> ignored() const noexcept { return ignored_; }

private:
    friend class SearchParser;
    SearchQuery(Type const& type, LoadedParametersPointer loaded);

    Type const* type_;
    LoadedParametersPointer loaded_;  // names and parameters look into it
    std::vector<SearchClause> clauses_;
    std::vector<SortKey> sort_keys_;
    std::vector<Include> includes_;
    std::vector<Type const*> types_;
    std::vector<Literal> elements_;
    std::vector<std::size_t> ignored_;
    std::size_t count_;
    Total total_ = Total::unspecified;
    Summary summary_ = Summary::no;
};

}  // namespace salus::fhir
