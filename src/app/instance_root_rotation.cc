#include "app/instance_root_rotation.h"

#include <algorithm>

#include "foundation/blocking.h"
#include "keys/instance_root.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::seconds kRootLookAgain = 60s;
constexpr Literal kKind = "instance-root";

std::uint32_t active_epoch(keys::RotationStatus const& status) {
    std::uint32_t epoch = 0;
    for (auto const& kek : status.keks) {
        if (kek.state == keys::KeyState::active) epoch = kek.epoch;
    }
    return epoch;
}

}  // namespace

InstanceRootRotation::InstanceRootRotation(request::Tenant const& first_tenant,
                                           keys::KeyManagementService& service, Clock const& clock,
                                           std::filesystem::path root_file, std::string realm)
    : tenant_(first_tenant),
      service_(service),
      clock_(clock),
      root_file_(std::move(root_file)),
      realm_(std::move(realm)),
      record_(first_tenant) {}

Result<void> InstanceRootRotation::advance() {
    auto const now = clock_.monotonic();
    if (now < look_again_) return {};
    look_again_ = now + kRootLookAgain;
    SALUS_TRY(auto const status, tenant_.keyring.rotation().status());
    if (status.orders.paused) return {};
    return follow(active_epoch(status));
}

Result<void> InstanceRootRotation::follow(std::uint32_t epoch) {
    auto const present = keys::instance_root_epoch(root_file_);
    if (!present && present.error().code == Errc::not_found) return {};
    if (!present) return fail(present.error());
    if (epoch <= *present && followed_ == *present) return {};
    auto const next = std::max(epoch, *present);
    bool const is_due = next > *present;
    if (is_due) {
        SALUS_TRY_VOID(record(audit::Event::key_created, next));
        SALUS_TRY_VOID(record(audit::Event::key_destroyed, *present));
    }
    SALUS_TRY_VOID(keys::rewrap_instance_root(root_file_, service_, realm_, next));
    if (is_due) SALUS_TRY_VOID(record(audit::Event::key_rotated, next));
    followed_ = next;
    return {};
}

Result<void> InstanceRootRotation::record(audit::Event event, std::uint32_t epoch) {
    BlockingExecutor executor;
    return executor.run(record_.record_step(
        {.event = event, .kind = kKind, .shard = {}, .patient = {}, .version = epoch}, executor));
}

}  // namespace salus::app
