#include "admin/backups.h"

#include "admin/package_reader.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

request::Prepared answer(int status, std::string text) {
    request::Prepared prepared;
    prepared.status = status;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

// An object with exactly so many members. The document outlives the call.
Result<json::Document> parse_object(request::Exchange const& exchange, json::Parser& parser,
                                    std::size_t members) {
    SALUS_TRY(auto document, parser.parse(std::string(PackageReader::view(exchange.request.body))));
    if (!document.root().is_object() || document.root().size() != members) {
        return fail(Errc::invalid, "the body does not have the members that this address takes");
    }
    return document;
}

Result<std::uint64_t> count_member(json::Value value, std::string_view name) {
    auto const member = value.member(name);
    auto const number = member ? member->integer() : std::nullopt;
    if (!number || *number < 0) return fail(Errc::invalid, "a number is missing or not one");
    return static_cast<std::uint64_t>(*number);
}

std::string_view name_of(BackupProgress::State state) {
    switch (state) {
        case BackupProgress::State::none: return "none";
        case BackupProgress::State::running: return "running";
        case BackupProgress::State::made: return "made";
        case BackupProgress::State::failed: return "failed";
    }
    return "";
}

void write_counts(json::Writer& writer, std::string_view name, BackupCounts const& counts) {
    writer.key(name).begin_object();
    writer.key("blocks").integer(static_cast<std::int64_t>(counts.blocks));
    writer.key("bytes").integer(static_cast<std::int64_t>(counts.bytes));
    writer.key("new_blocks").integer(static_cast<std::int64_t>(counts.new_blocks));
    writer.key("new_bytes").integer(static_cast<std::int64_t>(counts.new_bytes));
    writer.end_object();
}

}  // namespace

Result<request::Prepared> begin_backup(Backups& backups, request::Exchange const& exchange,
                                       json::Parser& parser) {
    SALUS_TRY(auto const document, parse_object(exchange, parser, 2));
    auto const to = document.root().text_member("to");
    auto const keys_to = document.root().text_member("keys_to");
    if (!to || !keys_to) return fail(Errc::invalid, "a backup needs to and keys_to");
    SALUS_TRY_VOID(backups.begin({.to = *to, .keys_to = *keys_to}));
    return answer(202, R"({"state":"running"})");
}

request::Prepared backup_state(Backups const& backups) {
    auto const progress = backups.progress();
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("state").string(name_of(progress.state));
    if (progress.state == BackupProgress::State::failed) {
        writer.key("why").string(progress.why.text());
    }
    if (progress.state == BackupProgress::State::made) {
        writer.key("backup").integer(static_cast<std::int64_t>(progress.backup));
        writer.key("point").integer(progress.point);
        write_counts(writer, "data", progress.data);
        write_counts(writer, "keys", progress.keys);
    }
    writer.end_object();
    return answer(200, std::move(text));
}

Result<request::Prepared> report_drill(Backups& backups, request::Exchange const& exchange,
                                       json::Parser& parser) {
    SALUS_TRY(auto const document, parse_object(exchange, parser, 3));
    auto const good = document.root().member("good");
    if (!good || !good->is_boolean()) return fail(Errc::invalid, "good must be true or false");
    DrillReport report{.good = good->boolean()};
    SALUS_TRY(report.backup, count_member(document.root(), "backup"));
    SALUS_TRY(report.versions, count_member(document.root(), "versions"));
    SALUS_TRY_VOID(backups.record(report));
    return answer(200, "{}");
}

}  // namespace salus::admin
