// Inside the room: checks the files of a restored instance against its manifest and against each
// other. Needs no secret: what a key opens is tried by a drill. Thread safety: one thread.
#pragma once

#include <set>

#include "backup/restore.h"
#include "keys/key_inventory.h"
#include "store/store.h"

namespace salus::backup {

class CopyCheck {
public:
    // Borrows both.
    CopyCheck(std::filesystem::path const& directory, Manifest const& data)
        : directory_(directory), data_(data) {}
    Result<Checked> run();
    [[nodiscard]] std::string const& where() const noexcept { return where_; }

private:
    Result<void> check_records();
    Result<void> check_version(store::Committed const& version);
    Result<keys::Presence> presence(CompartmentId const& compartment, std::uint32_t version);
    Result<void> check_log(LogEntry const& log);

    std::filesystem::path const& directory_;
    Manifest const& data_;
    std::vector<keys::KeyInventory> inventories_;  // of each tenant
    std::unique_ptr<store::Reader> reader_;
    std::set<CompartmentId> compartments_;
    Checked checked_;
    std::string where_;
};

}  // namespace salus::backup
