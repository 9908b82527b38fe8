#include "app/drill_record.h"

#include "foundation/file.h"
#include "foundation/limits.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::app {

Result<void> keep_drill_record(std::filesystem::path const& path, DrillRecord const& record) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("backup").integer(static_cast<std::int64_t>(record.backup));
    writer.key("good").boolean(record.good).key("time").integer(record.time).end_object();
    SALUS_TRY_VOID(make_private_directory(path.parent_path()));
    return write_file_durably(path, bytes_of(text), FileAccess::private_to_owner);
}

Result<DrillRecord> read_drill_record(std::filesystem::path const& path) {
    SALUS_TRY(auto const bytes, read_file(path, limits::kKiB));
    json::Parser parser;
    auto const document = parser.parse(std::string(text_of(bytes)));
    auto const member = [&](std::string_view name) {
        auto const value = document ? document->root().member(name) : std::nullopt;
        return value ? value->integer() : std::nullopt;
    };
    auto const good = document ? document->root().member("good") : std::nullopt;
    auto const backup = member("backup");
    auto const time = member("time");
    if (!good || !good->is_boolean() || !backup || !time) {
        return fail(Errc::corrupt, "the record of the last drill cannot be read");
    }
    return DrillRecord{
        .backup = static_cast<std::uint64_t>(*backup), .good = good->boolean(), .time = *time};
}

}  // namespace salus::app
