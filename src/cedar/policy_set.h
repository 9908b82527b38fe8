// PolicySet: policies, parsed and made ready to be evaluated (Cedar language reference,
// "Authorization"). Semantics are Cedar's: allowed if some permit is satisfied and no forbid is; a
// policy that fails to evaluate is not satisfied, and is named among the errors. What Salus does
// with errors is authorization's to say. Left out: templates. Immutable; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/entities.h"
#include "cedar/expression.h"

namespace salus::cedar {

struct CompiledPolicies;
class Inquiry;

// Borrows what it names.
struct Request {
    EntityUid const& principal;
    EntityUid const& action;
    EntityUid const& resource;
    Record const& context;
};

struct Response {
    bool allowed = false;
    // Positions in PolicySet::policies(), ascending.
    std::vector<std::uint32_t> satisfied;  // permits and forbids, all that are
    std::vector<std::uint32_t> erring;
};

inline constexpr std::size_t kPolicyTextBytes = 4UL << 20U;
inline constexpr std::size_t kPoliciesMost = 10'000;
inline constexpr std::size_t kExpressionDepth = 100;
inline constexpr std::size_t kExpressionNodes = 20'000;     // of one condition
inline constexpr std::size_t kPolicyNodesMost = 1'000'000;  // of all conditions of a text

class PolicySet {
public:
    // Everything that is wrong, in the order of the text (at most 50 messages).
    static std::expected<PolicySet, std::vector<Message>> parse(std::string_view text);
    // REQUIRES: policies as the parser makes them (residuals of plan(), for example).
    static PolicySet of(std::vector<Policy> policies);

    PolicySet(PolicySet&&) noexcept;
    PolicySet& operator=(PolicySet&&) noexcept;
    ~PolicySet();

    [[nodiscard]] std::vector<Policy> const& policies() const noexcept;
    // Pure: no clock, no I/O, no randomness. Cedar's `reason` is the satisfied forbids if there are
    // any, else the satisfied permits.
    [[nodiscard]] Response evaluate(Request const& request, Entities const& entities) const;
    // As evaluate(), into a Response whose memory is used again. Several actions: inquiry.h.
    void evaluate(Request const& request, Entities const& entities, Response& response) const;

private:
    friend class Inquiry;
    explicit PolicySet(std::unique_ptr<CompiledPolicies const> compiled);
    std::unique_ptr<CompiledPolicies const> compiled_;
};

// One expression's value; nothing: it errs. By the same evaluator; for what is asked seldom, since
// it is made ready each time.
[[nodiscard]] std::optional<Value> evaluate(Expression const& expression, Request const& request,
                                            Entities const& entities);

// The policies' text (policies only), `Policy`s of it.
[[nodiscard]] std::expected<std::vector<Policy>, std::vector<Message>> parse_policies(
    std::string_view text);
// In the one layout that `salus policy format` writes; parses to the same policies. Comments are
// not kept.
[[nodiscard]] std::string to_text(Policy const& policy);
[[nodiscard]] std::string to_text(Expression const& expression);
// As an expression that has this value.
[[nodiscard]] std::string to_text(Value const& value);

}  // namespace salus::cedar
