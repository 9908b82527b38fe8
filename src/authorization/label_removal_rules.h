// What the policy says of taking labels away (Action::"declassify"). resource.labels are those that
// would go; all else is as for the write that asks, which is decided by itself. Asked only then:
// until somebody does, it costs nothing. Borrows the exchange, and puts a challenge there where
// nothing but the sign-in is missing (RFC 9470).
#pragma once

#include "request/exchange.h"
#include "request/label_removal.h"

namespace salus::authorization {

class LabelRemovalRules : public request::LabelRemoval {
public:
    // REQUIRES: the exchange has its caller and its policy.
    explicit LabelRemovalRules(request::Exchange& exchange) : exchange_(exchange) {}
    [[nodiscard]] Verdict judge(Wish const& wish) override;

private:
    void put_on_record(PolicyRuleId rule);

    request::Exchange& exchange_;
};

}  // namespace salus::authorization
