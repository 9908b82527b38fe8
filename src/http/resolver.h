// Names of hosts as IP addresses. It blocks: never on an event loop. Thread safety: any thread.
#pragma once

#include <string>
#include <vector>

#include "foundation/result.h"

namespace salus::http {

class Resolver {
public:
    virtual ~Resolver() = default;
    // Addresses in numbers, the best one first; not empty. Errc::unavailable: the name is unknown.
    [[nodiscard]] virtual Result<std::vector<std::string>> addresses_of(
        std::string const& host) const = 0;
};

// As the system does it (getaddrinfo(3)); an address is its own name.
class SystemResolver final : public Resolver {
public:
    [[nodiscard]] Result<std::vector<std::string>> addresses_of(
        std::string const& host) const override;
};

}  // namespace salus::http
