// Decision tables: what a policy has to decide, case by case, and whether it does (AZ-8). Their
// form is that of policies/hospital/tests/*.json and facts.json; policies/README.md describes it.
// Each case is decided by the law as requests are (law.h). Readers are strict: a member, a fact or
// an action that is not known, another kind of value, or a table without cases is refused, so that
// no table says less than it seems to.
//
// Bounded, for tables from outside. Pure; any thread. Not for an event loop: a case costs tens of
// microseconds, and all of them at most seconds.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/policy.h"
#include "foundation/result.h"

namespace salus::authorization {

inline constexpr std::size_t kDecisionTableBytes = 1UL << 20U;  // facts and all tables together
inline constexpr std::size_t kDecisionCasesMost = 2'000;        // of all tables
// Cases times bytes of the policy: what checking costs grows with both.
inline constexpr std::size_t kDecisionWork = 256UL << 20U;
inline constexpr std::size_t kDifferencesMost = 50;    // that a report lists
inline constexpr std::size_t kTableProblemsMost = 50;  // likewise

// Borrowed.
struct TableText {
    std::string_view name;  // names the table in reports: "care.json"
    std::string_view text;
};

// What a table says of a case, or what came of it.
struct Verdict {
    bool allowed = false;
    std::vector<std::string> rules;     // ids that allow, or forbid; sorted
    std::vector<std::string> erring;    // forbids and limits that failed to evaluate; sorted
    request::AllowedElements elements;  // allowed, on a record: what leaves
    std::vector<std::string> redacted;  // allowed, on a record: by limits; sorted
    std::vector<std::string> duties;    // allowed: without sign-in:mfa:0; sorted
};

// A case that comes out otherwise.
struct Difference {
    std::string table;
    cedar::Position position;  // of the case
    std::string name;
    Verdict expected;
    Verdict got;
    std::vector<std::string> leaving;  // elements that have to be withheld, and are not
};
// One line: what differs, without the table and the name.
[[nodiscard]] std::string describe(Difference const& difference);

struct TableReport {
    std::size_t cases = 0;
    std::size_t differing = 0;
    std::vector<Difference> differences;  // the first of them
    [[nodiscard]] bool passed() const noexcept { return differing == 0; }
};

struct TableProblem {
    std::string table;  // empty: the facts
    cedar::Message message;
    friend bool operator==(TableProblem const&, TableProblem const&) = default;
};

// Immutable; a copy costs a reference count.
class DecisionTables {
public:
    // `facts`: what every case starts from.
    static std::expected<DecisionTables, std::vector<TableProblem>> read(
        std::string_view facts, std::span<TableText const> tables);

    [[nodiscard]] std::size_t size() const noexcept;  // cases
    // Errc::too_large: beyond kDecisionWork.
    [[nodiscard]] Result<TableReport> check(Policy const& policy) const;

private:
    struct Content;
    explicit DecisionTables(std::shared_ptr<Content const> content)
        : content_(std::move(content)) {}
    std::shared_ptr<Content const> content_;
};

// Both in one, for tables that are checked once.
[[nodiscard]] std::expected<TableReport, std::vector<TableProblem>> check_tables(
    Policy const& policy, std::string_view facts, std::span<TableText const> tables);

}  // namespace salus::authorization
