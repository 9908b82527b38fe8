// The key-encryption key of the instance's root follows that of the first tenant: whatever replaces
// the one (a schedule, ballots, an erasure) has the other replaced too (ENC-4). What is due is read
// from the two epochs, so a crash at any step is carried on. Belongs to one thread, which may
// block.
#pragma once

#include <filesystem>
#include <string>

#include "audit_controls/rotation_record.h"
#include "foundation/clock.h"
#include "keys/key_management_service.h"

namespace salus::app {

class InstanceRootRotation {
public:
    // Borrows the tenant, the service and the clock.
    InstanceRootRotation(request::Tenant const& first_tenant, keys::KeyManagementService& service,
                         Clock const& clock, std::filesystem::path root_file, std::string realm);

    // Once a minute, what is due; nothing before the root's first use. Errors of log and service.
    [[nodiscard]] Result<void> advance();

private:
    [[nodiscard]] Result<void> follow(std::uint32_t epoch);
    [[nodiscard]] Result<void> record(audit::Event event, std::uint32_t epoch);

    request::Tenant const& tenant_;
    keys::KeyManagementService& service_;
    Clock const& clock_;
    std::filesystem::path root_file_;
    std::string realm_;
    audit_controls::RotationRecord record_;
    MonotonicTime look_again_{};
    std::uint32_t followed_ = 0;  // the epoch whose predecessors are known to be destroyed
};

}  // namespace salus::app
