// For tests: the one token that a value has while no token key is being rotated. Included by tests
// only.
#pragma once

#include "foundation/check.h"
#include "records/addressing.h"

namespace salus::testing {

inline BlindToken identifier_token(records::Addressing const& addressing, std::string_view type,
                                   std::string_view system, std::string_view value) {
    std::vector<BlindToken> tokens;
    addressing.add_identifier_tokens(records::Addressing::TokenUse::find, type, system, value,
                                     tokens);
    SALUS_CHECK(tokens.size() == 1);
    return tokens.front();
}

inline BlindToken demographic_token(records::Addressing const& addressing,
                                    std::string_view name_beginning, std::string_view birth_date) {
    std::vector<BlindToken> tokens;
    addressing.add_demographic_tokens(records::Addressing::TokenUse::find, name_beginning,
                                      birth_date, tokens);
    SALUS_CHECK(tokens.size() == 1);
    return tokens.front();
}

}  // namespace salus::testing
