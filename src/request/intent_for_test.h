// For tests of rooms that do not link operations/: makes the Intents that only it can make.
// DO NOT include in a program that links operations/: its class has this name.
#pragma once

#include "request/intent.h"

namespace salus::operations {

class Classifier {
public:
    static request::Intent intent(request::IntentFacts facts,
                                  std::vector<request::Intent> entries = {}) {
        request::Intent intent(std::move(facts));
        intent.entries_ = std::move(entries);
        return intent;
    }
};

}  // namespace salus::operations

namespace salus::testing {

inline request::IntentFacts facts_of_intent(request::Interaction interaction,
                                            std::string const& type = "") {
    request::IntentFacts facts;
    facts.interaction = interaction;
    facts.tenant = TenantName("default");
    facts.type = type;
    return facts;
}
inline request::Intent make_intent(request::IntentFacts facts,
                                   std::vector<request::Intent> entries = {}) {
    return operations::Classifier::intent(std::move(facts), std::move(entries));
}

}  // namespace salus::testing
