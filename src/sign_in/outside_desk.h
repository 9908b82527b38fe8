// What a desk has of the outside provider, and what a request of it lacks: whoever runs the desk
// takes the wish, has it fulfilled, and prepares the request again. Belongs to one thread.
#pragma once

#include <optional>
#include <utility>

#include "authentication/token_keys.h"
#include "outside_provider/provider.h"

namespace salus::sign_in {

// Borrows both.
struct OutsideDesk {
    outside_provider::Provider& provider;
    authentication::TokenKeys const& keys;  // of the tenant: they say who we are there
    std::optional<outside_provider::Wish> wish{};

    [[nodiscard]] std::optional<outside_provider::Wish> take_wish() {
        return std::exchange(wish, std::nullopt);
    }
};

}  // namespace salus::sign_in
