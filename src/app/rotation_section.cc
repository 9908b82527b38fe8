#include "app/rotation_section.h"

namespace salus::app {
namespace {

constexpr std::int64_t kDaysMost = 3'650;
// Before instances had the setting, nobody could have chosen it: the default of a new instance.
constexpr std::chrono::days kKeptRetired{400};
constexpr std::int64_t kRecordsMost = 1'000'000;

}  // namespace

void read_rotation(toml::table const* table, Configuration& configuration, std::string& why) {
    using keys::RotationKind;
    auto& rotation = configuration.rotation;
    rotation = {};
    rotation.keep_retired = kKeptRetired;
    // Instances of version 0.1.0 have no such section: they rotate on demand until they have one.
    if (table == nullptr) return;
    Section section(table, "rotation", why);
    for (auto const& [key, kind] :
         {std::pair{"kek_days", RotationKind::kek}, std::pair{"shard_days", RotationKind::shard},
          std::pair{"data_days", RotationKind::data},
          std::pair{"index_days", RotationKind::blind_index},
          std::pair{"signing_days", RotationKind::token_signing},
          std::pair{"cursor_days", RotationKind::cursor},
          std::pair{"detail_days", RotationKind::audit_detail}}) {
        rotation.ages[kind] = section.number(key, 0, kDaysMost);
    }
    rotation.records_per_second = section.number("records_per_second", 0, kRecordsMost);
    rotation.keep_retired = std::chrono::days(section.number("keep_retired_days", 0, kDaysMost));
    section.finish();
}

}  // namespace salus::app
