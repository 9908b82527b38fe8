// Opens the key management service that the configuration names.
#pragma once

#include <memory>

#include "app/instance.h"

namespace salus::app {

// Errors of the back end. Borrows clock and random source.
[[nodiscard]] Result<std::unique_ptr<keys::KeyManagementService>> open_key_service(
    Configuration const& configuration, Clock const& clock, crypto::Random& random);

}  // namespace salus::app
