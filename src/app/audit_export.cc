// `salus audit export`: events of a log in the field's formats, from its files alone. The log is
// verified as it is read, so what is written out is what the log holds.
#include <cstdio>

#include "app/audit_details.h"
#include "app/audit_logs.h"
#include "app/terminal.h"
#include "audit/verifier.h"
#include "audit_views/export_writer.h"
#include "fhir/date_time.h"
#include "transparency/log_check.h"

namespace salus::app {
namespace {

constexpr std::size_t kOutputBytes = std::size_t{64} * 1024;

// To standard output, many lines at a time.
class Output {
public:
    std::string& text() { return text_; }
    bool write_if_full() { return text_.size() < kOutputBytes || write(); }
    bool write() {
        bool const done = std::fwrite(text_.data(), 1, text_.size(), stdout) == text_.size();
        text_.clear();
        return done;
    }

private:
    std::string text_;
};

std::optional<fhir::TimeRange> time_of(std::string const& text) {
    auto const time = fhir::parse_date_time(text);
    return time ? std::optional(time->range) : std::nullopt;
}

WallTime wall_time(std::int64_t nanoseconds) {
    return WallTime(std::chrono::nanoseconds(nanoseconds));
}

// Nothing, and said, if a time or a pseudonym is none.
std::optional<audit_views::EventFilter> filter_of(AuditExportOptions const& options) {
    audit_views::EventFilter filter{.since = std::nullopt,
                                    .until = std::nullopt,
                                    .patient = options.patient,
                                    .client = options.client,
                                    .events = options.events,
                                    .outcomes = options.outcomes};
    auto const since = time_of(options.since);
    auto const until = time_of(options.until);
    if ((!options.since.empty() && !since) || (!options.until.empty() && !until)) {
        say_problem("--since and --until are dates or times, such as 2026-11 or 2026-11-23T08:15Z");
        return std::nullopt;
    }
    if (since) filter.since = wall_time(since->start);
    if (until) filter.until = wall_time(until->end);
    auto const patient = from_hex(options.patient);
    if (!patient || (!patient->empty() && patient->size() != sizeof(CompartmentId))) {
        say_problem("--patient is a pseudonym of the audit log: 32 hexadecimal digits");
        return std::nullopt;
    }
    filter.patient = to_hex(*patient);
    return filter;
}

// The tenant's URL; of a log without an instance, its origin stands for it.
std::string issuer_of(AuditExportOptions const& options, AuditLogPlace const& place) {
    std::string why;
    auto const configuration = options.log.log.empty()
                                   ? read_configuration(options.log.directory, why)
                                   : std::optional<Configuration>();
    if (!configuration) {
        return "https://" + transparency::origin_of_log(place.directory).value_or("unknown");
    }
    bool const is_first = configuration->tenants.front().text() == place.name;
    return configuration->server.public_url + (is_first ? "" : "/t/" + place.name);
}

int say_not_whole(audit::Finding const& finding) {
    say_problem(
        "the log does not verify, so this export is not whole: " + std::string(finding.why.text()),
        "`salus audit verify` says more.");
    return kFoundWrong;
}

// `details`: nullptr, they stay sealed.
int export_log(AuditLogPlace const& place, audit_views::ExportWriter& writer,
               AuditDetails* details) {
    Output output;
    bool written = true;
    Result<void> readable;
    writer.begin(output.text());
    auto const receive = [&](audit::LeafView const& leaf) {
        if (!written || !readable) return;
        auto const detail = details != nullptr && leaf.detail
                                ? details->of(leaf.index)
                                : Result<audit_views::OpenedDetail const*>(nullptr);
        readable = detail ? writer.add(output.text(), leaf.json, *detail)
                          : Result<void>(std::unexpected(detail.error()));
        written = output.write_if_full();
    };
    // A batch that is being written at the end is not part of the export.
    auto const report = audit::read_leaves(place.directory, receive, audit::Writer::running);
    written = written && output.write() && std::fflush(stdout) == 0;
    if (!report || !readable) {
        auto const& error = report ? readable.error() : report.error();
        say_problem("the log cannot be read: " + std::string(error.why.text()));
        return kFailed;
    }
    if (!written) {
        say_problem("standard output cannot be written");
        return kFailed;
    }
    if (report->finding) return say_not_whole(*report->finding);
    say_problem(std::to_string(writer.written()) + " events of " + std::to_string(report->size) +
                " leaves; the log is whole, root " + to_hex(report->root));
    return kDone;
}

}  // namespace

int audit_export(AuditExportOptions const& options) {
    std::string why;
    auto const places = find_audit_logs(options.log, why);
    if (!places) {
        say_problem(why);
        return kFailed;
    }
    auto filter = filter_of(options);
    auto const format = audit_views::export_format(options.format);
    if (!filter || !format) return kUsage;
    auto const& place = places->front();
    std::unique_ptr<AuditDetails> details;
    if (options.with_details) {
        details = AuditDetails::connect(options.log.directory, options.log.tenant,
                                        options.client_id, options.key_file, why);
        if (!details) {
            say_problem("the details cannot be opened: " + why);
            return kFailed;
        }
    }
    audit_views::ExportWriter writer(
        *format, audit_views::ViewSource::of(issuer_of(options, place)), *std::move(filter),
        details ? audit_views::Details::shown : audit_views::Details::left_out);
    return export_log(place, writer, details.get());
}

}  // namespace salus::app
