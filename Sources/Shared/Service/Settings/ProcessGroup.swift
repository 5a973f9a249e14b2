/// The settings of a process: its own and those every process has.
struct ProcessGroup<Own: SettingsGroup>: SettingsGroup {
    let own: Own
    let process: ProcessSettings

    init(from reader: SettingsReader) {
        own = Own(from: reader)
        process = ProcessSettings(from: reader)
    }
}
