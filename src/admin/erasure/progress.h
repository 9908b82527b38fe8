// How far an operation in several durable steps is. It stands in the proposal's record, so that a
// crash at any point is continued. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/result.h"

namespace salus::admin {

// In this order; each is begun once the one before is done and noted.
enum class KeyStep : std::uint8_t {  // DO NOT CHANGE: stored
    look = 0,                        // note what there is, and whether it may go
    destroy = 1,                     // the patient's keys
    erase = 2,                       // what they sealed
    begin_epochs = 3,                // a new key-encryption key, and a new shard key under it
    finish_epochs = 4,  // the surviving keys under the new ones; the old ones destroyed
    certify = 5,
};

struct KeyProgress {
    KeyStep step = KeyStep::look;
    std::int64_t begun = 0;                   // unix seconds
    std::vector<std::uint32_t> data_keys;     // versions that were live
    std::vector<std::uint32_t> shard_epochs;  // that were live, of the patient's shard
    std::vector<std::uint32_t> kek_epochs;    // that were live
};

// Empty text: nothing was done yet. Errc::corrupt.
[[nodiscard]] Result<KeyProgress> parse_progress(std::string const& text);
[[nodiscard]] std::string to_json(KeyProgress const& progress);

}  // namespace salus::admin
