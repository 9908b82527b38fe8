#include "backup/copy_check.h"

#include <limits>

#include "audit/log_head.h"
#include "audit/verifier.h"
#include "backup/later_writes.h"
#include "foundation/log.h"
#include "store/embedded/embedded_store.h"

namespace salus::backup {
namespace {

constexpr std::size_t kVersionsAtATime = 1000;
constexpr std::string_view kStore = "store/records.db";

}  // namespace

Result<Checked> CopyCheck::run() {
    for (auto const& log : data_.logs) {
        if (log.tenant.text() == audit::kParentLogName) continue;  // no tenant: it has no keys
        where_ = "keys/" + log.tenant.text() + "/keys.db";
        SALUS_TRY(auto inventory,
                  keys::KeyInventory::open(directory_ / where_, log.tenant, data_.realm));
        inventories_.push_back(std::move(inventory));
    }
    where_ = kStore;
    SALUS_TRY_VOID(store::check_embedded_store(directory_ / kStore));
    SystemClock const clock;
    Log const silent(clock, -1, LogLevel::error);
    SALUS_TRY(auto const store, store::open_embedded_store(directory_ / kStore, silent));
    SALUS_TRY(reader_, store->open_reader());
    SALUS_TRY_VOID(check_records());
    for (auto const& log : data_.logs) SALUS_TRY_VOID(check_log(log));
    reader_.reset();
    where_.clear();
    checked_.compartments = compartments_.size();
    return checked_;
}

Result<void> CopyCheck::check_records() {
    std::uint64_t before = 0;
    while (true) {
        SALUS_TRY(auto const versions, reader_->committed(before, kVersionsAtATime));
        for (auto const& version : versions) SALUS_TRY_VOID(check_version(version));
        if (versions.size() < kVersionsAtATime) return {};
        before = versions.back().sequence;
    }
}

Result<void> CopyCheck::check_version(store::Committed const& version) {
    SALUS_TRY(auto const stored, reader_->get_version(version.address, version.version));
    if (!stored) return fail(Errc::corrupt, "a record that the store lists is not there");
    SALUS_TRY(auto const key, presence(version.compartment, stored->document.key_version()));
    if (key == keys::Presence::absent) {
        return fail(Errc::corrupt, "the key of a record is in no key store");
    }
    compartments_.insert(version.compartment);
    ++checked_.versions;
    checked_.erased_versions += key == keys::Presence::destroyed ? 1 : 0;
    return {};
}

Result<keys::Presence> CopyCheck::presence(CompartmentId const& compartment,
                                           std::uint32_t version) {
    for (auto& inventory : inventories_) {
        SALUS_TRY(auto const found, inventory.data_key(compartment, version));
        if (found != keys::Presence::absent) return found;
    }
    return keys::Presence::absent;
}

Result<void> CopyCheck::check_log(LogEntry const& log) {
    where_ = "audit/" + log.tenant.text();
    LaterWrites later(*reader_, log.begin);
    SALUS_TRY(auto const report,
              audit::read_leaves(directory_ / where_,
                                 [&](audit::LeafView const& leaf) { later.add(leaf); }));
    if (report.finding) return fail(Errc::corrupt, report.finding->why);
    if (report.size != log.size || report.root != log.root) {
        return fail(Errc::corrupt, "the audit log is not the one that the manifest names");
    }
    SALUS_TRY(auto const lost, later.lost());
    checked_.lost_writes += lost;
    checked_.leaves += report.size - report.first;
    return {};
}

}  // namespace salus::backup
