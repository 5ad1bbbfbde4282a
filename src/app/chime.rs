//! One short, soft tone.

/// Rings once. A browser without sound stays silent.
pub fn ring() {
    let play = || -> Result<(), wasm_bindgen::JsValue> {
        let sound = web_sys::AudioContext::new()?;
        let (tone, volume) = (sound.create_oscillator()?, sound.create_gain()?);
        let now = sound.current_time();
        tone.frequency().set_value(660.0);
        volume.gain().set_value_at_time(0.08, now)?;
        volume.gain().exponential_ramp_to_value_at_time(0.0001, now + 0.4)?;
        tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&sound.destination())?;
        tone.start()?;
        tone.stop_with_when(now + 0.4)
    };
    let _ = play();
}
